/// What `tandem init DIR` writes: a spec with comments, both engines' configurations, and a page on what to do next.
package enum SpecTemplate {
    package struct File: Hashable, Sendable {
        /// Relative to the new folder.
        package let path: String
        package let text: String
    }

    package static let specPath = "rollout/ifd-v3.yaml"

    package static let files = [
        File(path: "README.md", text: readmeText),
        File(path: specPath, text: specText),
        File(path: "rollout/spec.schema.json", text: SpecSchema.text),
        File(path: "rollout/engines/ifd-v1/production.yaml", text: baselineText),
        File(path: "rollout/engines/ifd-v3/production.yaml", text: candidateText),
    ]

    static let readmeText = """
        # A rollout

        - `rollout/ifd-v3.yaml`: which two engines run, on what data, and how much the candidate may take
        - `rollout/engines/ifd-v1/production.yaml`, `rollout/engines/ifd-v3/production.yaml`: the engines' own settings
        - `rollout/spec.schema.json`: every key of a spec, for editors that know JSON Schema
        - `data/`: market data (DBN); `state/`: made by the first run, holds the journal and the sinks' files

        ## Next

        ```
        tandem lint rollout/ifd-v3.yaml                               # everything that is wrong with the spec, at once
        mkdir -p data
        tandem generate --out data/session.dbn.zst                    # a session of made-up data, or put your own there
        tandem run rollout/ifd-v3.yaml --state state --speed 60       # both engines side by side, a minute a second
        ```

        and from another shell:

        ```
        tandem status --state state                                   # who is live, and why
        tandem promote --state state --to canary --reason "first try" # a tenth of the units to the candidate
        tandem signals --state state -f                               # live signals as they come
        tandem rollback --state state --reason "enough"               # all back to the baseline, at once
        ```

        Your own engine is any program that reads DBN on standard input and writes JSON lines: put
        `command: [./my-engine]` in place of `engine: ifd-v3`, and try it with `tandem engines check -- ./my-engine`.

        """
}
