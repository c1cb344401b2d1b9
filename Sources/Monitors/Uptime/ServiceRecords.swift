/// The market time in which an operator vouches for itself. Its states hold in here and no longer.
package struct ServicePresence: Hashable, Sendable {
    package var epoch: Int
    /// Nanoseconds since 1970, included.
    package var from: UInt64
    /// Nanoseconds since 1970, excluded; not later than `from` for an operator that never got to vouch for anything.
    package var through: UInt64
    /// It was asked to end. What follows is its owner's doing, not lost telemetry.
    package var endedCleanly: Bool

    package init(epoch: Int, from: UInt64, through: UInt64, endedCleanly: Bool) {
        self.epoch = epoch
        self.from = from
        self.through = through
        self.endedCleanly = endedCleanly
    }
}

/// How a component stands from `time` on, until its next state of the same epoch.
package struct ServiceState: Hashable, Sendable {
    package var epoch: Int
    /// Market time in nanoseconds since 1970, when it was seen. Of two states at one time the later in order holds.
    package var time: UInt64
    package var component: String
    package var isGood: Bool
    /// Nil stands for `own`.
    package var cause: DowntimeCause?
    package var reason: String
    /// When the component stopped moving, if that is known; nanoseconds since 1970.
    package var since: UInt64?

    package init(
        epoch: Int, time: UInt64, component: String, isGood: Bool, cause: DowntimeCause? = nil, reason: String = "",
        since: UInt64? = nil
    ) {
        self.epoch = epoch
        self.time = time
        self.component = component
        self.isGood = isGood
        self.cause = cause
        self.reason = reason
        self.since = since
    }
}

/// A part of the service with an uptime of its own.
package struct ServiceComponent: Hashable, Sendable {
    package var name: String
    /// Nanoseconds since 1970 from which it is asked for, such as a candidate's entry into its stage; nil for as long
    /// as the service.
    package var from: UInt64?

    package init(_ name: String, from: UInt64? = nil) {
        self.name = name
        self.from = from
    }

    /// The component whose uptime is the service's.
    package static let main = ServiceComponent("route")

    package static let standard = [
        main, ServiceComponent("feed"), ServiceComponent("baseline"), ServiceComponent("candidate"),
        ServiceComponent("router"), ServiceComponent("journal"), ServiceComponent("sinks"), ServiceComponent("alerts"),
    ]
}
