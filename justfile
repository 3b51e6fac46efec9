# Every command that people and CI repeat; `just` lists them.

# Show the recipes
default:
    @just --list --unsorted

# Run codex behind the proxy, with no key and no network; without codex, a built-in demo agent
demo *ARGS:
    cargo run --release --bin wrap -- --demo {{ARGS}}

# Start a standing proxy that records to traffic.jsonl
capture *ARGS:
    cargo run --release --bin capture -- {{ARGS}}

# Run every test that needs nothing but this machine
test *ARGS:
    cargo test --workspace --no-fail-fast {{ARGS}}

# Hold the binary under full load, kills and full disks; takes minutes, needs 4,096 open files
storm *ARGS:
    ulimit -n 8192 && LOAD=full cargo test --release --package capture --test load -- --nocapture --test-threads 1 --skip soak {{ARGS}}

# Mixed traffic for so many seconds: memory, descriptors and tasks stay where they were
soak SECONDS="600":
    SOAK_SECONDS={{SECONDS}} cargo test --release --package capture --test load -- --nocapture soak

# Count what redaction replaces in source code that holds no secrets: the dependencies' and Python's own
false-positives *ARGS:
    #!/usr/bin/env bash
    set -euo pipefail
    crates=$(cargo metadata --format-version 1 --locked | python3 -c '
    import json, os, sys
    names = "aws-lc-rs clap h2 http hyper idna rand rcgen regex regex-automata regex-syntax rustls serde serde_json tokio url".split()
    packages = json.load(sys.stdin)["packages"]
    print("\n".join(os.path.dirname(p["manifest_path"]) for p in packages if p["source"] and p["name"] in names))')
    python=$(python3 -c 'import json, os; print(os.path.dirname(os.path.dirname(json.__file__)))')
    cargo run --release --package capture --example false_positives -- {{ARGS}} $crates "$python"/{asyncio,ctypes,email,http,idlelib,importlib,json,logging,multiprocessing,test,unittest,urllib,xml}

# Run the real codex (from npm, into target/e2e, once) through wrap and the stand-in
e2e *ARGS:
    cargo test --workspace --features wrapper/e2e --test e2e --no-fail-fast {{ARGS}}

# Feed every parser, or the TARGETS named, what no peer would send, each for so many seconds
fuzz SECONDS="60" *TARGETS:
    .ci/fuzz {{SECONDS}} {{TARGETS}}

# The targets for a moment without the fuzzer: the seeds, and the same mutations of them each time
fuzz-smoke:
    cargo test --manifest-path fuzz/Cargo.toml --target-dir target --no-default-features

# Break the code in N places of each crate, and count what its own tests notice; takes about an hour
mutants N="100" SEED="1" *CRATES:
    nice .ci/mutants {{N}} {{SEED}} {{CRATES}}

# Everything that CI runs, in CI's order
ci: fmt-check lint doc tree circles dependencies deny-offline test fuzz-smoke e2e bench-check

# Format the code
fmt:
    cargo fmt --all
    cargo fmt --manifest-path fuzz/Cargo.toml

# Fail unless the code is formatted
fmt-check:
    cargo fmt --all --check
    cargo fmt --manifest-path fuzz/Cargo.toml --check

# Lint all targets; a warning is an error
lint:
    cargo clippy --workspace --all-targets --all-features -- -D warnings
    cargo clippy --manifest-path fuzz/Cargo.toml --target-dir target --no-default-features --all-targets -- -D warnings

# Build the API documentation; a warning is an error
doc:
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps

# Fail if analyze, as a library, would pull in the network stack, or anything a second TLS stack
tree:
    #!/usr/bin/env bash
    set -euo pipefail
    tree=$(cargo tree --package analyze --edges normal --prefix none)
    if grep -E '^(hyper|rustls|tokio)(-[a-z]+)* v' <<<"$tree"; then
        echo "analyze depends on the above; it is to be light (docs/architecture.md)" >&2
        exit 1
    fi
    tree=$(cargo tree --workspace --all-features --target all --edges normal,build --prefix none)
    if grep -E '^(ring|native-tls|openssl|openssl-sys|boring|s2n-tls) v' <<<"$tree"; then
        echo "the above is a second TLS stack, or a second provider of cryptography (.deny.toml)" >&2
        exit 1
    fi

# Fail if modules of a crate import each other, directly or by way of others
circles:
    .ci/circles

# Fail unless docs/dependencies.md has a reason for each direct dependency
dependencies:
    .ci/dependencies

# Measure what passing through costs and how fast reports are made, as ratios
bench *ARGS:
    cargo bench --package capture --bench overhead {{ARGS}}
    cargo bench --package analyze --bench throughput {{ARGS}}

# Fail if a hot path takes over 10 % more instructions than was written down; --accept writes anew
bench-check *ARGS:
    .ci/bench-check {{ARGS}}

# Check licences, advisories, sources and banned crates (needs cargo-deny, and the advisories from GitHub)
deny *CHECKS:
    cargo deny --config .deny.toml check {{CHECKS}}

# The same without advisories, where cargo-deny is installed: building it takes as long as all of CI
deny-offline:
    #!/usr/bin/env bash
    set -euo pipefail
    if command -v cargo-deny >/dev/null; then
        just deny licenses bans sources
    else
        echo "SKIPPED: cargo-deny is missing (cargo install --locked cargo-deny); licences and sources were not checked"
    fi

# Record the fixtures anew with the real codex against the stand-in
fixtures:
    cargo test --workspace --features wrapper/e2e --test e2e -- --ignored --exact fixtures::the_recordings_are_made_anew
