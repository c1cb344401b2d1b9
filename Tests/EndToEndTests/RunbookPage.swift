import Foundation
import Testing

/// A page of runbooks/ as its README says it is written.
struct RunbookPage {
    /// A block of shell with what the paragraph below it says it gives.
    struct Block {
        enum Kind: Equatable { case run, stays, byHand }

        var section: String
        var kind: Kind
        var text: String
        var code: Int32 = 0
        var prints: [String] = []
        var isJudged = false

        /// The commands of tandem in it.
        var commands: [Command] {
            text.replacing("\\\n", with: " ").split(separator: "\n").flatMap { line in
                line.matches(of: /tandem ([a-z][^|&;]*)/).map { Command(String($0.1)) }
            }
        }

        /// Whether a run of it gave what the page says.
        func isGiven(by ended: Ended) -> Bool {
            ended.code == code && prints.allSatisfy { ended.output.contains($0) || ended.errors.contains($0) }
        }
    }

    struct Command {
        /// `report sla`, and arguments that look like verbs.
        var verbs: [String]
        var options: [String]

        init(_ text: String) {
            let words = text.split(separator: " ").map(String.init)
            verbs = Array(words.prefix { $0.wholeMatch(of: /[a-z][a-z-]*/) != nil })
            options = words.filter { $0.wholeMatch(of: /-o|--[a-z-]+/) != nil }
        }
    }

    static let sections = ["What it means", "How to confirm", "What to do", "How to know it is over"]
    static let folder = Tandem.repository + "/runbooks"

    let name: String
    let text: String
    var headings: [String] = []
    var blocks: [Block] = []

    static let names: [String] = {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return files.filter { $0.hasSuffix(".md") && $0 != "README.md" }.map { String($0.dropLast(3)) }.sorted()
    }()

    init(_ name: String) throws {
        self.name = name
        text = try String(contentsOfFile: Self.folder + "/" + name + ".md", encoding: .utf8)
        var open: Block?
        var paragraph: String?
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
            if var block = open {
                if line == "```" {
                    blocks.append(block)
                    (open, paragraph) = (nil, "")
                } else {
                    block.text += line + "\n"
                    open = block
                }
            } else if line.hasPrefix("```") {
                paragraph = nil
                open = Block(section: headings.last ?? "", kind: try Self.kind(line, name), text: "")
            } else if line.hasPrefix("## ") {
                paragraph = nil
                headings.append(String(line.dropFirst(3)))
            } else if var words = paragraph {
                if line.isEmpty, words.isEmpty { continue }
                words += line.isEmpty ? "" : line + " "
                paragraph = words.hasPrefix("It ") && !line.isEmpty ? words : nil
                if paragraph != nil { judge(words) }
            }
        }
        try #require(open == nil, "\(name): a block does not end")
    }

    private static func kind(_ line: String, _ name: String) throws -> Block.Kind {
        switch line {
        case "```sh": return .run
        case "```sh stays": return .stays
        case "```sh by-hand": return .byHand
        default: throw Late(description: "\(name): what is \(line)?")
        }
    }

    /// Takes what the last block gives from the paragraph below it, as far as it goes.
    private mutating func judge(_ words: String) {
        let last = blocks.count - 1
        blocks[last].isJudged = true
        blocks[last].code = words.firstMatch(of: /exits with ([0-9]+)/).flatMap { Int32($0.1) } ?? 0
        blocks[last].prints = words.matches(of: /prints `([^`]+)`/).map { String($0.1) }
    }
}
