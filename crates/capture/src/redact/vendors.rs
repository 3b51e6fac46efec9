//! Tokens that are known by their prefix, by who issues them.
//!
//! Prefixes and lengths are those that issuers document or use; each length is the shortest, or a little less.

use std::ops::RangeInclusive;

use super::token_shape::{Charset, Must, Shape};

/// Prefixes that end in `_` or `-`: found anywhere in a word.
pub(super) const SEPARATED: &[Shape] = &[
    // OpenAI (sk-, sk-proj-), Anthropic (sk-ant-), OpenRouter and their like; of OpenAI also
    // sessions, ephemeral keys and OAuth's refresh tokens, longer than a system call's name.
    words("sk-", 16),
    words("sess-", 30),
    words("ek_", 30),
    words("rt_", 24),
    // Hugging Face, Replicate, Perplexity, Groq, xAI, LangSmith, Pinecone, Nvidia, Fireworks.
    letters("hf_", 30),
    letters("api_org_", 30),
    words("r8_", 30),
    letters("pplx-", 30),
    letters("gsk_", 40),
    words("xai-", 40),
    words("lsv2_pt_", 30),
    words("lsv2_sk_", 30),
    words("pcsk_", 40),
    anywhere(words("nvapi-", 40)),
    shape("fw_", Charset::Alphanumeric, 20..=64, Must::AllThree),
    shape("fpk_", Charset::Alphanumeric, 20..=64, Must::AllThree),
    words("tgp_v1_", 40),
    shape("csk-", Charset::Alphanumeric, 40..=64, Must::Mixed),
    words("tvly-", 24),
    shape("fc-", Charset::Hexadecimal, 32..=32, Must::Mixed),
    shape("e2b_", Charset::Hexadecimal, 40..=ANY, Must::Mixed),
    words("jina_", 50),
    shape("pa-", Charset::Word, 43..=43, Must::AllThree),
    shape("crsr_", Charset::Hexadecimal, 64..=ANY, Must::Mixed),
    shape("key_", Charset::Hexadecimal, 64..=ANY, Must::Mixed),
    // Stripe and those who took its form; ElevenLabs.
    words("sk_live_", 10),
    words("sk_test_", 10),
    words("sk_prod_", 10),
    words("rk_live_", 10),
    words("rk_test_", 10),
    words("rk_prod_", 10),
    words("ak_live_", 20),
    words("rzp_live_", 14),
    words("ramp_sec_", 40),
    base64("whsec_", 16),
    shape("sk_", Charset::Hexadecimal, 40..=64, Must::Mixed),
    // GitHub; tokens of apps hold a JSON Web Token.
    letters("ghp_", 30),
    letters("gho_", 30),
    letters("ghu_", 30),
    anywhere(dotted("ghs_", 30)),
    letters("ghr_", 30),
    anywhere(words("github_pat_", 30)),
    // GitLab.
    anywhere(dotted("glpat-", 16)),
    anywhere(words("gldt-", 16)),
    anywhere(dotted("glrt-", 16)),
    anywhere(words("glrtr-", 16)),
    anywhere(words("glft-", 16)),
    anywhere(words("glsoat-", 16)),
    anywhere(words("glffct-", 16)),
    anywhere(words("glimt-", 16)),
    anywhere(words("glptt-", 16)),
    anywhere(words("glagent-", 16)),
    anywhere(words("gloas-", 16)),
    anywhere(words("glcbt-", 16)),
    words("glwt-", 16),
    // Slack.
    anywhere(words("xoxa-", 10)),
    anywhere(words("xoxb-", 10)),
    anywhere(words("xoxc-", 10)),
    anywhere(words("xoxd-", 10)),
    anywhere(words("xoxe-", 10)),
    anywhere(words("xoxo-", 10)),
    anywhere(words("xoxp-", 10)),
    anywhere(words("xoxr-", 10)),
    anywhere(words("xoxs-", 10)),
    anywhere(words("xapp-", 10)),
    // Google's client secrets; Amazon Bedrock; DigitalOcean; Cloudflare; Heroku; Fly.io.
    words("GOCSPX-", 20),
    anywhere(base64("bedrock-api-key-", 20)),
    hex("dop_v1_", 40),
    hex("doo_v1_", 40),
    hex("dor_v1_", 40),
    letters("cfut_", 40),
    letters("cfat_", 40),
    letters("cfk_", 40),
    anywhere(words("HRKU-", 40)),
    words("fo1_", 40),
    base64("fm1r_", 60),
    base64("fm1a_", 60),
    base64("fm2_", 60),
    // Scalingo, Netlify, Vercel, Supabase, PlanetScale, Neon, Render, MongoDB, Tailscale.
    words("tk-us-", 40),
    words("nfp_", 36),
    words("nfc_", 36),
    words("nfo_", 36),
    shape("vcp_", Charset::Alphanumeric, 24..=80, Must::AllThree),
    shape("vci_", Charset::Alphanumeric, 24..=80, Must::AllThree),
    shape("vca_", Charset::Alphanumeric, 24..=80, Must::AllThree),
    shape("vcr_", Charset::Alphanumeric, 24..=80, Must::AllThree),
    shape("vck_", Charset::Alphanumeric, 24..=80, Must::AllThree),
    shape("sbp_", Charset::Hexadecimal, 40..=ANY, Must::Mixed),
    words("sbp_oauth_", 40),
    words("sbp_v0_", 40),
    words("sb_secret_", 22),
    base64("pscale_tkn_", 32),
    base64("pscale_oauth_", 32),
    base64("pscale_pw_", 32),
    letters("napi_", 60),
    exact("rnd_", 32),
    words("mdb_sa_sk_", 40),
    words("tskey-", 30),
    words("tskey-auth-", 20),
    // Packages and builds: npm, PyPI, RubyGems, Clojars, Docker Hub, CircleCI, Buildkite, Sonar,
    // Sourcegraph, Deno, Octopus, Pulumi, Prefect, Infracost, 1Password.
    letters("npm_", 30),
    anywhere(words("pypi-", 40)),
    hex("rubygems_", 40),
    letters("CLOJARS_", 60),
    anywhere(words("dckr_pat_", 20)),
    words("dckr_oat_", 20),
    words("CCIPAT_", 40),
    words("CCIPRJ_", 40),
    letters("bkua_", 40),
    shape("squ_", Charset::Hexadecimal, 40..=ANY, Must::Mixed),
    shape("sqp_", Charset::Hexadecimal, 40..=ANY, Must::Mixed),
    shape("sqa_", Charset::Hexadecimal, 40..=ANY, Must::Mixed),
    letters("sqco_", 59),
    shape("sgp_", Charset::Word, 40..=80, Must::Mixed),
    shape("slk_", Charset::Hexadecimal, 64..=ANY, Must::Mixed),
    shape("ddp_", Charset::Alphanumeric, 36..=36, Must::Mixed),
    shape("ddw_", Charset::Alphanumeric, 36..=36, Must::Mixed),
    shape("API-", Charset::CapitalsAndDigits, 26..=34, Must::Nothing),
    shape("pul-", Charset::Hexadecimal, 40..=ANY, Must::Mixed),
    shape("pnu_", Charset::Alphanumeric, 36..=36, Must::Mixed),
    shape("pnb_", Charset::Alphanumeric, 36..=36, Must::Mixed),
    shape("ico-", Charset::Alphanumeric, 32..=32, Must::Mixed),
    shape("A3-", Charset::Word, 32..=40, Must::Mixed),
    base64("ops_", 100),
    shape("csat_", Charset::Alphanumeric, 24..=80, Must::Mixed),
    // Mail: Mailgun, Brevo.
    shape("key-", Charset::Hexadecimal, 32..=ANY, Must::Mixed),
    shape("pubkey-", Charset::Hexadecimal, 32..=ANY, Must::Mixed),
    anywhere(words("xkeysib-", 60)),
    words("xsmtpsib-", 60),
    // Shops: Square, Shopify, Shippo, Duffel, Flutterwave, Lob.
    words("sq0atp-", 22),
    words("sq0csp-", 22),
    hex("shpat_", 32),
    hex("shpca_", 32),
    hex("shppa_", 32),
    hex("shpss_", 32),
    hex("shptka_", 32),
    hex("shippo_live_", 40),
    hex("shippo_test_", 40),
    anywhere(base64("duffel_live_", 40)),
    anywhere(base64("duffel_test_", 40)),
    anywhere(words("FLWSECK_TEST-", 12)),
    anywhere(words("FLWPUBK_TEST-", 32)),
    anywhere(words("FLWSECK-", 12)),
    shape("live_", Charset::Hexadecimal, 35..=35, Must::Mixed),
    shape("test_", Charset::Hexadecimal, 35..=35, Must::Mixed),
    // Work tools: Notion, Linear, Figma, Postman, ReadMe, Typeform, Frame.io, Adobe, Contentful,
    // HubSpot, ClickUp, New Relic, Sentry, Grafana, PostHog, 42.
    letters("ntn_", 40),
    exact("secret_", 43),
    letters("lin_api_", 40),
    letters("lin_oauth_", 40),
    words("figd_", 40),
    words("figp_", 40),
    words("PMAK-", 50),
    letters("rdme_", 70),
    base64("tfp_", 40),
    anywhere(base64("fio-u-", 60)),
    shape("p8e-", Charset::Word, 32..=36, Must::Mixed),
    words("CFPAT-", 40),
    words("pat-na1-", 36),
    words("pat-eu1-", 36),
    words("NRAK-", 27),
    words("NRII-", 25),
    words("NRIQ-", 25),
    words("NRJS-", 19),
    words("NRBR-", 19),
    words("NRRA-", 30),
    hex("sntryu_", 64),
    base64("sntrys_", 80),
    words("glsa_", 32),
    base64("glc_", 32),
    words("phx_", 40),
    words("dnkey-", 60),
    words("s-s4t2ud-", 64),
    words("s-s4t2af-", 64),
    shape("sm_aat_", Charset::Alphanumeric, 16..=16, Must::Mixed),
    shape("sm_pat_", Charset::Alphanumeric, 16..=16, Must::Mixed),
    shape("sm_sat_", Charset::Alphanumeric, 16..=16, Must::Mixed),
    words("apify_api_", 30),
    words("salad_cloud_", 12),
    shape("rootly_", Charset::Hexadecimal, 64..=ANY, Must::Mixed),
    // age's secret keys (https://age-encryption.org/v1).
    anywhere(capitals("AGE-SECRET-KEY-", 40..=ANY)),
];

/// Prefixes that end in a letter or digit: found at the start of a word.
pub(super) const LEADING: &[Shape] = &[
    words("AIza", 30),
    capitals("AKIA", 16..=ANY),
    capitals("ASIA", 16..=ANY),
    capitals("ABIA", 16..=ANY),
    capitals("ACCA", 16..=ANY),
    capitals("A3T", 17..=ANY),
    base64("ABSK", 100),
    base64("IQoJb3JpZ2lu", 100),
    base64("FwoGZXIvYXdz", 100),
    base64("ATATT3", 20),
    base64("ATCTT3", 20),
    base64("ATBB", 24),
    words("GR1348941", 18),
    shape("AKCp", Charset::Alphanumeric, 65..=ANY, Must::Nothing),
    shape("cmVmd", Charset::Alphanumeric, 59..=59, Must::AllThree),
    exact("4b1d", 38),
    shape("EAAA", Charset::Word, 56..=64, Must::AllThree),
    shape("EAAC", Charset::Alphanumeric, 100..=ANY, Must::AllThree),
    shape("EAAM", Charset::Alphanumeric, 100..=ANY, Must::AllThree),
    shape("EZAK", Charset::Alphanumeric, 54..=54, Must::Mixed),
    shape("EZTK", Charset::Alphanumeric, 54..=54, Must::Mixed),
    shape("LTAI", Charset::Alphanumeric, 17..=21, Must::AllThree),
    shape("AQVN", Charset::Word, 35..=38, Must::AllThree),
    shape("dapi", Charset::Hexadecimal, 32..=34, Must::Mixed),
    shape("dose", Charset::Hexadecimal, 32..=34, Must::Mixed),
    shape("oy2", Charset::Alphanumeric, 43..=43, Must::Mixed),
    shape("SK", Charset::Hexadecimal, 32..=32, Must::Mixed),
    shape(
        "AAAAAAAAAAAAAAAAAAAAA",
        Charset::Base64,
        60..=140,
        Must::AllThree,
    ),
    base64("eyJrIjoi", 60),
    // JSON Web Tokens and PEM blocks in Base64.
    base64("ZXlK", 60),
    base64("LS0tLS1CRUdJTi", 50),
];

/// Prefixes with a dot, which is not part of a word.
pub(super) const WITH_DOT: &[Shape] = &[
    dotted("SG.", 40),
    dotted("hvs.", 20),
    dotted("hvb.", 20),
    dotted("hvr.", 20),
    exact("s.", 24),
    dotted("ya29.", 20),
    shape("t1.", Charset::Base64, 80..=ANY, Must::AllThree),
    letters("dp.pt.", 40),
    letters("dp.ct.", 40),
    letters("dp.sa.", 40),
    letters("dp.scim.", 40),
    letters("dp.audit.", 40),
    dotted("dp.st.", 40),
    dotted("dt0c01.", 60),
    shape("pat.", Charset::Dotted, 68..=68, Must::AllThree),
    shape("sat.", Charset::Dotted, 68..=68, Must::AllThree),
    shape("sl.", Charset::Base64, 130..=ANY, Must::AllThree),
    shape("v1.0-", Charset::Word, 150..=ANY, Must::Nothing),
    shape("xoxe.xoxp-", Charset::Word, 60..=ANY, Must::Mixed),
    shape("xoxe.xoxb-", Charset::Word, 60..=ANY, Must::Mixed),
    shape("1000.", Charset::Dotted, 65..=65, Must::Mixed),
    shape("sk.eyJ", Charset::Dotted, 60..=ANY, Must::AllThree),
    shape("tk.eyJ", Charset::Dotted, 60..=ANY, Must::AllThree),
    shape("amzn.mws.", Charset::Word, 36..=36, Must::Mixed),
];

const ANY: usize = usize::MAX;

const fn shape(
    prefix: &'static str,
    charset: Charset,
    length: RangeInclusive<usize>,
    must: Must,
) -> Shape {
    Shape {
        prefix,
        charset,
        length,
        must,
        bounded: true,
    }
}

/// Also in the middle of a word: what follows can be nothing else.
const fn anywhere(shape: Shape) -> Shape {
    Shape {
        bounded: false,
        ..shape
    }
}

const fn words(prefix: &'static str, min: usize) -> Shape {
    shape(prefix, Charset::Word, min..=ANY, Must::Mixed)
}

/// More letters and digits than any word or identifier has.
const fn letters(prefix: &'static str, min: usize) -> Shape {
    anywhere(shape(
        prefix,
        Charset::Alphanumeric,
        min..=ANY,
        Must::Nothing,
    ))
}

const fn hex(prefix: &'static str, min: usize) -> Shape {
    anywhere(shape(prefix, Charset::Hexadecimal, min..=ANY, Must::Mixed))
}

const fn dotted(prefix: &'static str, min: usize) -> Shape {
    shape(prefix, Charset::Dotted, min..=ANY, Must::Mixed)
}

const fn base64(prefix: &'static str, min: usize) -> Shape {
    shape(prefix, Charset::Base64, min..=ANY, Must::Mixed)
}

const fn capitals(prefix: &'static str, length: RangeInclusive<usize>) -> Shape {
    shape(prefix, Charset::CapitalsAndDigits, length, Must::Nothing)
}

/// Exactly this many letters and digits, of all three kinds.
const fn exact(prefix: &'static str, length: usize) -> Shape {
    shape(
        prefix,
        Charset::Alphanumeric,
        length..=length,
        Must::AllThree,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_list_holds_what_it_says() {
        let ends_with_separator = |shape: &Shape| shape.prefix.ends_with(['_', '-']);
        for shape in SEPARATED {
            assert!(ends_with_separator(shape), "{}", shape.prefix);
        }
        assert!(LEADING.iter().all(|shape| {
            shape
                .prefix
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric())
        }));
        assert!(WITH_DOT.iter().all(|shape| shape.prefix.contains('.')));
    }
}
