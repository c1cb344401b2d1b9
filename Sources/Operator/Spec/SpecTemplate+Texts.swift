// The texts of rollout/, held equal to its files by SpecTemplateTests. After editing a file there, copy it here.

extension SpecTemplate {
    /// `rollout/ifd-v3.yaml`
    static let specText = #"""
        # yaml-language-server: $schema=spec.schema.json
        # One rollout: IFD v3.0 on trial beside IFD v1.0. Check it with: tandem lint rollout/ifd-v3.yaml
        # Every key below but id, calendar, baseline and candidate may be left out; the values shown are then used.
        # Paths are relative to this file's folder, those of file sinks to the state folder.

        id: ifd-v3                      # salt of the assignment: another id draws other units; 1 to 64 of a-z, 0-9, . and -
        calendar: cme-globex-equity     # when the market is open, and which trade date an evening belongs to

        feed:
          files: [../data/session.dbn.zst]  # merged by time; --input on the command line takes precedence
          mark_interval: 10s            # event time between two marks, which are the engines' clock
          window: 262144                # records the feed may run ahead of the slower engine

        baseline:                       # trusted today: its signals are live wherever the candidate's are not
          engine: ifd-v1                # built in, or your own program: `command: [./my-engine, --flag]`
          config: engines/ifd-v1/production.yaml  # handed to the engine as JSON

        candidate:                      # on trial: it reads the same data and is scored from the first stage on
          engine: ifd-v3
          config: engines/ifd-v3/production.yaml

        assignment:
          block: 30m                    # an underlying belongs to one engine for this long; divides a day, or `session`

        stages:                         # share of units the candidate takes; shadow is 0, and none is below the one before
          canary: {weight: 0.10}        # small enough that a bad candidate costs little
          limited: {weight: 0.50}       # half and half: as much of one as of the other
          full: {weight: 1}             # everything; the baseline goes on in shadow as the yardstick

        baseline_down: silent           # no engine takes over from a dead baseline; `candidate` lets it, in limited and full

        signals:
          max_horizon: 2h               # no signal may claim more, so no position idea stays open longer
          max_signal_age: 5s            # after a restart, older signals are not sent any more

        outcomes:                       # every signal of both engines is followed on paper, one contract each
          assumed_latency: 100ms        # from a signal's cause to the first quote it could meet
          cost_per_side: 0.85           # commission and fees of one fill, dollars
          slippage_ticks: 1             # what each fill loses beside its price

        decisions: act                  # goes up, stops and comes down by itself; `watch` only says what it would do

        evidence:                       # both engines on paper, session by session; never routed traffic alone
          unit: session                 # one observation is a trade date over all instruments; blocks of a day hang together
          unit_sessions: 1              # more, where positions rightly last longer than a session
          score: account                # the R one account would have made with either; `per-signal`: the mean R of all signals
          account: {entries: 10, at_once: 3}  # signals it takes in a session, and holds at a time
          signal_clip_r: [-1.5, 3.0]    # the R of one signal is clipped to this,
          clip_r: 8.0                   # the accounts' difference in a session to this, both ways,
          quality_clip_r: 1.5           # and the difference of mean R per signal to this
          margin_r: 1.0                 # of each `not_worse` below without its own
          label_deadline_sessions: 2    # closed sessions after which a missing outcome counts as unresolvable
          horizon_sessions: 120         # harm may begin at any time; over so many sessions its evidence is spread

        harm:                           # the candidate loses money: back to the baseline, and this version is closed
          alpha: 0.025                  # chance that it ever closes one which does no harm
          parts:                        # guardrails: weights that add up to 1, and the loss each tolerates
            account: {weight: 0.8, tolerance_r: 0.0}
            quality: {weight: 0.2, tolerance_r: 0.10}

        no_gain: {gain_r: 1.0, alpha: 0.05, stages: [shadow, canary, limited]}  # cannot gain so much: closed; or `off`
        fall: {arl_sessions: 250, reference: 0.5, stages: [limited, full]}  # too little of its gain left: to canary; or `off`

        gates:                          # what must hold at once after a session; a gate that is `off` opens by hand only
          canary:
            sessions: 5                 # observed ones in the stage before
            resolved_signals: 20        # of the candidate, with an outcome
            not_worse: {margin_r: 1.0, alpha: 0.20}  # proven to lose less than the margin, R a session
          limited:
            sessions: 5
            better: {alpha: 0.10}       # proven to make more than the baseline
            stage_mean_r: ">= 0"        # no worse than it in the stage before
          full:
            sessions: 10
            better: {alpha: 0.05}
            stage_mean_r: ">= 0"
            accuracy: {point: 0.70, bound: 0.60, alpha: 0.10}  # signals that gain: the share seen, and the share proven
            quality: {not_worse_r: 0.25, alpha: 0.10}  # proven: mean R per signal not worse by more
            measures: [cost, errors, latency, uptime]  # in any gate: must be well by the monitors; a replay does not judge them
            promotion: automatic        # in any gate: or `manual`, then a person promotes once it is passed
            approvals: 0                # persons who have to agree, up to 2
            approval_sessions: 5        # sessions after which an approval is void

        deadline_sessions: {shadow: 60, canary: 60, limited: 60}  # undecided for so long: held, and a person decides

        live_limits:                    # of the candidate's live signals, R as realised; `off` binds nothing
          canary: {per_session: 3, loss_r_session: 3, loss_r_stage: 6}  # no more signals; no new entry today; back to shadow
          limited: {per_session: 8, loss_r_session: 3, loss_r_stage: 12}
          full: {loss_r_session: 3, loss_r_stage: 24}

        triggers:                       # what acts at once and needs no statistics
          side_per_session: 3           # stops or targets on the wrong side; so many roll back
          burst: {minute: 5, half_hour: 8, session: 30}  # so many signals in a minute, or more than so many: unrouted
          opposite: {of: 10, at_least: 6}  # half hours in which it said the opposite of the baseline: held
          unhealthy_after: 5m           # not ready for so long in a session: rolled back
          slow_share: 0.05              # proven share of slow signals: rolled back
          latency_drift: 5              # its answers grow slower than the baseline's, CUSUM in standard deviations: said
          error_share: 0.001            # errors per engine message: held
          share_alpha: 0.001            # realised and planned share differ: held
          stale_sessions: 3             # sessions closed of which no evidence came: held
          actions: {}                   # by trigger, where not as usual, such as {burst: rollback}

        cool_down_sessions: 5           # without a new promotion after a stage loss
        rollback_window_sessions: 20    # in full, during which the return is instant; then the rollout is completed

        open_episodes:                  # the candidate's open positions when it has to go
          policy: hand-over             # the baseline may speak at once; `hold`: they run on; `close`: sinks close them
          drain: 30m                    # how long held ones may last

        # risk:                         # checks before a signal of either engine is live; left out, nothing is checked
        #   capital: 100000             # dollars the account begins with
        #   kelly_cap: 0.02             # of the equity, what one signal may put at risk
        #   max_contracts: 10           # of one underlying, net
        #   open_positions: 5           # at a time
        #   daily_loss: 2000            # dollars; after it nothing new in the session
        #   drawdown: 10000             # from the highest equity; after it nothing new
        #   exposure: 2000000           # notional of all open positions
        #   point_values: {CL: 1000}    # dollars a point, beside CME's equity index futures

        engine_limits:                  # when an engine counts as not answering
          start_timeout: 20s            # from its start to its first line
          stall_timeout: 2s             # a mark unanswered this long: not ready
          kill_timeout: 3s              # a mark unanswered this long: killed and started again
          max_lag: 5s                   # the oldest unanswered mark may be this old
          max_memory: 512MiB            # resident; beyond it the engine is started again
          drain_timeout: 5s             # from the end of input to its exit
          hang_timeout: 60s             # offline runs: time to answer one mark, then the run gives up

        sla:
          target: 0.999                 # of the seconds in which the market is open; what nobody vouches for is down

        latency:                        # from the read of a record to the sink's write of the signal that it caused
          warning: 80ms
          target: 100ms                 # a signal that takes longer is slow
          critical: 150ms
          severe: 300ms
          objective: 0.99               # the share of signals that has to be within the target

        budget:                         # dollars; `tandem budget` changes limits and grants more while a rollout runs
          month: 200                    # hard, by calendar month in UTC: paid data is not read any more
          aim: 150                      # what to aim at; blocks nothing
          day: 50                       # hard, by trade date
          cost_per_signal: 5            # more than that is too much for one
          reserve: 3                    # of the month, kept for rollback and alerts
          slice: 0.25                   # reserved before its bytes are read
          approval: 10                  # historical requests above it want a person's approval
          provider: databento           # who is paid for the feed
          prices: {}                    # by schema, such as {mbo: $0.40/GB}; data without a price costs nothing
          fixed: {}                     # fees a month by provider, such as {databento: 199}

        promotion:                      # when a candidate may be given more; `status` shows it, rollbacks ask nobody
          around_open: 30m              # not so near to an open
          around_close: 30m             # nor to a close
          only_while_open: false        # results of a session are known after its close
          # hours: {from: "09:30", to: "16:00"}                                  # of the exchange's day; any, if left out
          # weekdays: [Tue, Wed, Thu]                                            # any, if left out
          # blackout: [{first: 2026-12-16, last: 2026-12-18, reason: expiry}]    # trade dates without a promotion

        sinks:                          # where live signals go; each keeps its own place and never holds up another
          - {name: signals, file: signals.ndjson}

        # runbooks: {base_url: https://wiki.example.com/runbooks}  # NAME is below it; left out, `tandem runbook NAME` prints it
        # alerts:                       # who is told of what; left out, nothing leaves the machine
        #   channels:                   # by name, one kind each: slack, slack_webhook, email, sms, webhook, pagerduty, alertmanager, exec
        #     desk: {slack: {token: env:SLACK_TOKEN, channel: C0123ABCD}}  # a secret is env:NAME, file:PATH or exec:COMMAND
        #     mail: {email: {host: smtp.example.com, user: tandem, password: file:/etc/tandem/smtp, from: tandem@example.com, to: [desk@example.com]}}
        #     phone: {sms: {account: AC0123456789abcdef0123456789abcdef, token: env:TWILIO_TOKEN, from: "+14155550100", to: ["+14155550123"]}}
        #   routes:                     # the first that matches counts; none at all: everything goes to all channels
        #     - {name: urgent, at_least: critical, channels: [desk, phone], fallback: [mail]}  # all at once; after 10s the fall-back
        #     - {name: night, severity: warning, hours: after-hours, channels: [mail]}
        #     - {name: rest, channels: [desk, mail]}  # one after the other, until one has it
        #   escalation: {from: critical, steps: [{after: 5m, channels: [phone]}], repeat: 30m}  # while nobody acknowledges it
        #   digest: {every: 1h}         # of what is only good to know; or at times of the exchange's day: {at: ["08:00"]}
        #   silences: {longest: 8h}     # what people may keep back
        #   limits: {desk: {per_second: 1, burst: 3}}  # what a channel bears
        #   last_resort: [/usr/bin/logger, -p, daemon.crit]  # a program that gets what no channel took

        """#

    /// `rollout/engines/ifd-v1/production.yaml`
    static let baselineText = #"""
        # IFD v1.0, "Dead Simple": far more volume than open interest at a strike. The thresholds of its production profile.

        calendar: cme-globex-equity     # its sessions: volumes and the count of open ideas start anew at each

        min_vol_oi_ratio: 10            # volume / open interest from which a strike is unusual
        min_volume: 500                 # contracts; below it a ratio says little
        min_dollar_size: 100000         # volume x price x multiplier, in dollars: worth somebody's attention
        max_distance_percent: 2.0       # of the underlying's price between it and the strike; farther is a lottery ticket

        confidence_thresholds:          # the same ratio, by level; .95, .85, .75 and .65 confidence
          extreme: 50
          very_high: 30
          high: 20
          moderate: 10

        max_open: 3                     # ideas at once on one underlying
        horizon_s: 1800                 # seconds until an idea that reached neither target nor stop is closed

        """#

    /// `rollout/engines/ifd-v3/production.yaml`
    static let candidateText = #"""
        # IFD v3.0: who pays the spread, how unusual that is, whose flow it is, and whether strikes agree. Values are the engine's
        # defaults; a changed one shows in the engine's version, because evidence belongs to one version.

        universe: [options, futures]    # what may speak; leave one out to ignore it

        min_pressure_ratio: 2.0         # the stronger side's contracts to the weaker's, both smoothed
        min_total_volume: 20            # contracts of an instrument in the five-minute window; below it a ratio says little
        least_volume: 100               # contracts of neighbouring strikes together that count as none; half in the window before
        full_volume: 1000               # contracts from which volume makes no surer

        pressure:
          smoothing_volume: 10          # contracts added to both sides, so that a few against none is no certainty
          large_future_size: 20         # contracts from which a trade is large
          large_option_size: 20

        baselines:                      # what is usual for this kind of instrument at this time of day
          calendar: cme-globex-equity
          lookback_sessions: 20         # closed sessions that count
          prior_windows: 30             # windows that the pooled prior weighs as much as

        market_making:
          max_probability: 0.3          # a likelier market maker's flow is rejected
          stuffing_per_second: 200      # quote updates of one instrument from which it is marked as stuffed

        coordination:
          reach_points: 50              # strikes this near speak together
          full_agreement: 3             # agreeing strikes that make the score full
          concentration: 1.2            # a strike is concentrated above this many times the mean volume of strikes

        reject_volatility_crush: true   # no signal while implied volatility collapses

        weights:                        # of the score's components; divided by their sum
          pressure: 0.4
          baseline: 0.3
          not_market_making: 0.2
          coordination: 0.1

        min_confidence: 0.5             # below it nothing is said; from here to `high` it is said to be monitored only
        confidence_thresholds:          # what score and calibrated probability must both reach for a signal to have this level
          extreme: 0.9
          very_high: 0.8
          high: 0.7

        k_target: 1.0                   # distance of the target, in expected moves of the underlying over the horizon
        k_stop: 1.0                     # distance of the stop
        min_target_ticks: 16            # but at least this far, in ticks of the underlying
        min_stop_ticks: 8
        range_windows: 20               # five-minute buckets whose range stands in for an unknown implied volatility
        horizon_s: 1800                 # seconds until an idea that reached neither target nor stop is closed
        repeat_after_s: 1800            # seconds for which a direction on an underlying is not spoken again

        """#
}
