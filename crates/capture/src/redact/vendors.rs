//! The tokens that are known by their own form, by who issues them.
//!
//! Prefixes and lengths are those that issuers document or use, the shortest of
//! them or a little less.

use std::ops::RangeInclusive;

use super::token_shape::{Alphabet, Requirement, Shape};

/// Shapes whose prefix ends with `_` or `-`: found wherever it is in a word.
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
    shape(
        "fw_",
        Alphabet::Alphanumeric,
        20..=64,
        Requirement::AllThree,
    ),
    shape(
        "fpk_",
        Alphabet::Alphanumeric,
        20..=64,
        Requirement::AllThree,
    ),
    words("tgp_v1_", 40),
    shape("csk-", Alphabet::Alphanumeric, 40..=64, Requirement::Mixed),
    words("tvly-", 24),
    shape("fc-", Alphabet::Hexadecimal, 32..=32, Requirement::Mixed),
    shape("e2b_", Alphabet::Hexadecimal, 40..=ANY, Requirement::Mixed),
    words("jina_", 50),
    shape("pa-", Alphabet::Word, 43..=43, Requirement::AllThree),
    shape("crsr_", Alphabet::Hexadecimal, 64..=ANY, Requirement::Mixed),
    shape("key_", Alphabet::Hexadecimal, 64..=ANY, Requirement::Mixed),
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
    shape("sk_", Alphabet::Hexadecimal, 40..=64, Requirement::Mixed),
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
    shape(
        "vcp_",
        Alphabet::Alphanumeric,
        24..=80,
        Requirement::AllThree,
    ),
    shape(
        "vci_",
        Alphabet::Alphanumeric,
        24..=80,
        Requirement::AllThree,
    ),
    shape(
        "vca_",
        Alphabet::Alphanumeric,
        24..=80,
        Requirement::AllThree,
    ),
    shape(
        "vcr_",
        Alphabet::Alphanumeric,
        24..=80,
        Requirement::AllThree,
    ),
    shape(
        "vck_",
        Alphabet::Alphanumeric,
        24..=80,
        Requirement::AllThree,
    ),
    shape("sbp_", Alphabet::Hexadecimal, 40..=ANY, Requirement::Mixed),
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
    shape("squ_", Alphabet::Hexadecimal, 40..=ANY, Requirement::Mixed),
    shape("sqp_", Alphabet::Hexadecimal, 40..=ANY, Requirement::Mixed),
    shape("sqa_", Alphabet::Hexadecimal, 40..=ANY, Requirement::Mixed),
    letters("sqco_", 59),
    shape("sgp_", Alphabet::Word, 40..=80, Requirement::Mixed),
    shape("slk_", Alphabet::Hexadecimal, 64..=ANY, Requirement::Mixed),
    shape("ddp_", Alphabet::Alphanumeric, 36..=36, Requirement::Mixed),
    shape("ddw_", Alphabet::Alphanumeric, 36..=36, Requirement::Mixed),
    shape(
        "API-",
        Alphabet::CapitalsAndDigits,
        26..=34,
        Requirement::Nothing,
    ),
    shape("pul-", Alphabet::Hexadecimal, 40..=ANY, Requirement::Mixed),
    shape("pnu_", Alphabet::Alphanumeric, 36..=36, Requirement::Mixed),
    shape("pnb_", Alphabet::Alphanumeric, 36..=36, Requirement::Mixed),
    shape("ico-", Alphabet::Alphanumeric, 32..=32, Requirement::Mixed),
    shape("A3-", Alphabet::Word, 32..=40, Requirement::Mixed),
    base64("ops_", 100),
    shape("csat_", Alphabet::Alphanumeric, 24..=80, Requirement::Mixed),
    // Mail: Mailgun, Brevo.
    shape("key-", Alphabet::Hexadecimal, 32..=ANY, Requirement::Mixed),
    shape(
        "pubkey-",
        Alphabet::Hexadecimal,
        32..=ANY,
        Requirement::Mixed,
    ),
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
    shape("live_", Alphabet::Hexadecimal, 35..=35, Requirement::Mixed),
    shape("test_", Alphabet::Hexadecimal, 35..=35, Requirement::Mixed),
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
    shape("p8e-", Alphabet::Word, 32..=36, Requirement::Mixed),
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
    shape(
        "sm_aat_",
        Alphabet::Alphanumeric,
        16..=16,
        Requirement::Mixed,
    ),
    shape(
        "sm_pat_",
        Alphabet::Alphanumeric,
        16..=16,
        Requirement::Mixed,
    ),
    shape(
        "sm_sat_",
        Alphabet::Alphanumeric,
        16..=16,
        Requirement::Mixed,
    ),
    words("apify_api_", 30),
    words("salad_cloud_", 12),
    shape(
        "rootly_",
        Alphabet::Hexadecimal,
        64..=ANY,
        Requirement::Mixed,
    ),
    // age's secret keys (https://age-encryption.org/v1).
    anywhere(capitals("AGE-SECRET-KEY-", 40..=ANY)),
];

/// Shapes whose prefix ends with a letter or a digit: found at the beginning of a word.
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
    shape(
        "AKCp",
        Alphabet::Alphanumeric,
        65..=ANY,
        Requirement::Nothing,
    ),
    shape(
        "cmVmd",
        Alphabet::Alphanumeric,
        59..=59,
        Requirement::AllThree,
    ),
    exact("4b1d", 38),
    shape("EAAA", Alphabet::Word, 56..=64, Requirement::AllThree),
    shape(
        "EAAC",
        Alphabet::Alphanumeric,
        100..=ANY,
        Requirement::AllThree,
    ),
    shape(
        "EAAM",
        Alphabet::Alphanumeric,
        100..=ANY,
        Requirement::AllThree,
    ),
    shape("EZAK", Alphabet::Alphanumeric, 54..=54, Requirement::Mixed),
    shape("EZTK", Alphabet::Alphanumeric, 54..=54, Requirement::Mixed),
    shape(
        "LTAI",
        Alphabet::Alphanumeric,
        17..=21,
        Requirement::AllThree,
    ),
    shape("AQVN", Alphabet::Word, 35..=38, Requirement::AllThree),
    shape("dapi", Alphabet::Hexadecimal, 32..=34, Requirement::Mixed),
    shape("dose", Alphabet::Hexadecimal, 32..=34, Requirement::Mixed),
    shape("oy2", Alphabet::Alphanumeric, 43..=43, Requirement::Mixed),
    shape("SK", Alphabet::Hexadecimal, 32..=32, Requirement::Mixed),
    shape(
        "AAAAAAAAAAAAAAAAAAAAA",
        Alphabet::Base64,
        60..=140,
        Requirement::AllThree,
    ),
    base64("eyJrIjoi", 60),
    // JSON Web Tokens and PEM blocks that were put into Base64 once more.
    base64("ZXlK", 60),
    base64("LS0tLS1CRUdJTi", 50),
];

/// Shapes with a dot in the prefix, which is no part of a word.
pub(super) const WITH_DOT: &[Shape] = &[
    dotted("SG.", 40),
    dotted("hvs.", 20),
    dotted("hvb.", 20),
    dotted("hvr.", 20),
    exact("s.", 24),
    dotted("ya29.", 20),
    shape("t1.", Alphabet::Base64, 80..=ANY, Requirement::AllThree),
    letters("dp.pt.", 40),
    letters("dp.ct.", 40),
    letters("dp.sa.", 40),
    letters("dp.scim.", 40),
    letters("dp.audit.", 40),
    dotted("dp.st.", 40),
    dotted("dt0c01.", 60),
    shape("pat.", Alphabet::Dotted, 68..=68, Requirement::AllThree),
    shape("sat.", Alphabet::Dotted, 68..=68, Requirement::AllThree),
    shape("sl.", Alphabet::Base64, 130..=ANY, Requirement::AllThree),
    shape("v1.0-", Alphabet::Word, 150..=ANY, Requirement::Nothing),
    shape("xoxe.xoxp-", Alphabet::Word, 60..=ANY, Requirement::Mixed),
    shape("xoxe.xoxb-", Alphabet::Word, 60..=ANY, Requirement::Mixed),
    shape("1000.", Alphabet::Dotted, 65..=65, Requirement::Mixed),
    shape("sk.eyJ", Alphabet::Dotted, 60..=ANY, Requirement::AllThree),
    shape("tk.eyJ", Alphabet::Dotted, 60..=ANY, Requirement::AllThree),
    shape("amzn.mws.", Alphabet::Word, 36..=36, Requirement::Mixed),
];

const ANY: usize = usize::MAX;

const fn shape(
    prefix: &'static str,
    alphabet: Alphabet,
    length: RangeInclusive<usize>,
    requires: Requirement,
) -> Shape {
    Shape {
        prefix,
        alphabet,
        length,
        requires,
        bounded: true,
    }
}

/// The same, also in the middle of a word: what follows can be nothing else.
const fn anywhere(shape: Shape) -> Shape {
    Shape {
        bounded: false,
        ..shape
    }
}

const fn words(prefix: &'static str, min: usize) -> Shape {
    shape(prefix, Alphabet::Word, min..=ANY, Requirement::Mixed)
}

/// Letters and digits without a separator, so long that no word or identifier is.
const fn letters(prefix: &'static str, min: usize) -> Shape {
    anywhere(shape(
        prefix,
        Alphabet::Alphanumeric,
        min..=ANY,
        Requirement::Nothing,
    ))
}

const fn hex(prefix: &'static str, min: usize) -> Shape {
    anywhere(shape(
        prefix,
        Alphabet::Hexadecimal,
        min..=ANY,
        Requirement::Mixed,
    ))
}

const fn dotted(prefix: &'static str, min: usize) -> Shape {
    shape(prefix, Alphabet::Dotted, min..=ANY, Requirement::Mixed)
}

const fn base64(prefix: &'static str, min: usize) -> Shape {
    shape(prefix, Alphabet::Base64, min..=ANY, Requirement::Mixed)
}

const fn capitals(prefix: &'static str, length: RangeInclusive<usize>) -> Shape {
    shape(
        prefix,
        Alphabet::CapitalsAndDigits,
        length,
        Requirement::Nothing,
    )
}

/// Exactly so many letters and digits, of all three kinds.
const fn exact(prefix: &'static str, length: usize) -> Shape {
    shape(
        prefix,
        Alphabet::Alphanumeric,
        length..=length,
        Requirement::AllThree,
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
