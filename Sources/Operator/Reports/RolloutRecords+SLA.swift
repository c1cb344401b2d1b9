package import Monitors

extension RolloutRecords {
    package func evidence() throws -> EvidenceBook { try reader.evidence() }
}
