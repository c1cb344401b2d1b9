import Alerts
import Operator

/// The sections on alerts with every key that there is, and what they mean.
enum AlertSpecFixture {
    static let sid = "0123456789abcdef0123456789abcdef"

    static let text = """
        runbooks: {base_url: "https://wiki.example.com/runbooks"}
        alerts:
          channels:
            am: {alertmanager: {url: "http://127.0.0.1:9093", user: tandem, password: env:AM_PASSWORD}}
            desk: {slack: {token: env:SLACK_TOKEN, channel: C0123ABCD, url: "http://127.0.0.1:1/api"}}
            hook: {slack_webhook: {url: file:/etc/tandem/slack-url}}
            mail:
              email:
                host: smtp.example.com
                port: 465
                security: tls
                user: u
                password: exec:/usr/bin/pass show smtp
                from: tandem@example.com
                to: [desk@example.com, head@example.com]
            ops: {webhook: {url: "https://ops.example.com/in", secrets: [env:NEW_SECRET, env:OLD_SECRET], private: true}}
            pager: {pagerduty: {routing_key: env:PD_KEY, url: "https://events.eu.pagerduty.com"}}
            phone:
              sms:
                account: AC\(sid)
                key: SK\(sid)
                token: env:TWILIO_TOKEN
                from: "+14155550100"
                to: ["+14155550123"]
                url: "http://127.0.0.1:2"
            script: {exec: [/usr/local/bin/notify, --desk]}
            service: {sms: {account: AC\(sid), token: env:TWILIO_TOKEN, service: MG\(sid), to: ["+14155550124"]}}
          routes:
            - name: night
              severity: [critical, emergency]
              causes: [rollback, held]
              stages: [limited, full]
              hours: after-hours
              channels: [desk, phone]
              fallback: [mail]
              mode: fan-out
              wait: 15s
              now: true
              continue: true
            - {name: rest, at_least: warning, channels: [desk, mail]}
            - {name: one, severity: info, channels: [mail]}
          escalation: {from: emergency, steps: [{after: 90s, channels: [phone]}, {after: 10m, channels: [pager]}], repeat: 30m}
          digest: {at: ["08:00", "15:45"]}
          silences: {longest: 12h}
          limits: {desk: {per_second: 0.5, burst: 5}, phone: {per_second: 0.1}}
          last_resort: [/usr/local/bin/siren, --loud]
        """

    static var channels: [ChannelTerms] {
        [
            ChannelTerms(
                "am",
                .alertmanager(
                    AlertmanagerTerms(
                        url: "http://127.0.0.1:9093", user: "tandem", password: .environment("AM_PASSWORD")))),
            ChannelTerms(
                "desk",
                .slack(
                    SlackTerms(
                        token: .environment("SLACK_TOKEN"), channel: "C0123ABCD", url: "http://127.0.0.1:1/api"))),
            ChannelTerms("hook", .slackWebhook(SlackWebhookTerms(url: .file("/etc/tandem/slack-url")))),
            ChannelTerms(
                "mail",
                .email(
                    EmailTerms(
                        host: "smtp.example.com", port: 465, security: .tls, user: "u",
                        password: .program("/usr/bin/pass show smtp"), sender: "tandem@example.com")),
                recipients: ["desk@example.com", "head@example.com"]),
            ChannelTerms(
                "ops",
                .webhook(
                    WebhookTerms(
                        url: "https://ops.example.com/in",
                        secrets: [.environment("NEW_SECRET"), .environment("OLD_SECRET")], allowsPrivate: true))),
            ChannelTerms(
                "pager",
                .pagerDuty(
                    PagerDutyTerms(routingKey: .environment("PD_KEY"), url: "https://events.eu.pagerduty.com"))),
            ChannelTerms(
                "phone",
                .sms(
                    SMSTerms(
                        account: "AC" + sid, key: "SK" + sid, token: .environment("TWILIO_TOKEN"),
                        sender: .from("+14155550100"), url: "http://127.0.0.1:2")),
                recipients: ["+14155550123"]),
            ChannelTerms("script", .exec(ExecTerms(arguments: ["/usr/local/bin/notify", "--desk"]))),
            ChannelTerms(
                "service",
                .sms(
                    SMSTerms(
                        account: "AC" + sid, token: .environment("TWILIO_TOKEN"), sender: .service(sid: "MG" + sid))),
                recipients: ["+14155550124"]),
        ]
    }

    static var settings: AlertSettings {
        var settings = AlertSettings()
        settings.channels = channels
        settings.lastResort = ["/usr/local/bin/siren", "--loud"]
        var night = AlertRoute("night", channels: ["desk", "phone"])
        night.severities = [.critical, .emergency]
        night.causes = [.rollback, .held]
        night.stages = ["limited", "full"]
        night.hours = .afterHours
        night.fallback = ["mail"]
        night.mode = .fanOut
        night.waitSeconds = 15
        night.isImmediate = true
        night.continues = true
        var rest = AlertRoute("rest", channels: ["desk", "mail"])
        rest.atLeast = .warning
        var one = AlertRoute("one", channels: ["mail"])
        one.severities = [.info]
        var terms = AlertTerms()
        terms.channels = ["am", "desk", "hook", "mail", "ops", "pager", "phone", "script", "service"]
        terms.recipients = [
            "mail": ["desk@example.com", "head@example.com"], "phone": ["+14155550123"], "service": ["+14155550124"],
        ]
        terms.runbookBase = "https://wiki.example.com/runbooks"
        terms.routes = [night, rest, one]
        terms.escalation.from = .emergency
        terms.escalation.steps = [
            EscalationTerms.Step(afterMinutes: 1.5, channels: ["phone"]),
            EscalationTerms.Step(afterMinutes: 10, channels: ["pager"]),
        ]
        terms.escalation.repeatMinutes = 30
        terms.digest.times = [480, 945]
        terms.silenceMaxHours = 12
        var desk = ChannelLimits()
        desk.perSecond = 0.5
        desk.burst = 5
        var phone = ChannelLimits()
        phone.perSecond = 0.1
        phone.canReconcile = true
        var service = ChannelLimits()
        service.canReconcile = true
        terms.limits = ["desk": desk, "phone": phone, "service": service]
        settings.terms = terms
        return settings
    }

    /// `text` in the one spelling, by hand.
    static let canonical =
        #""alerts":{"channels":{"#
        + #""am":{"alertmanager":{"password":"env:AM_PASSWORD","url":"http://127.0.0.1:9093","user":"tandem"}},"#
        + #""desk":{"slack":{"channel":"C0123ABCD","token":"env:SLACK_TOKEN","url":"http://127.0.0.1:1/api"}},"#
        + #""hook":{"slack_webhook":{"url":"file:/etc/tandem/slack-url"}},"#
        + #""mail":{"email":{"from":"tandem@example.com","host":"smtp.example.com","#
        + #""password":"exec:/usr/bin/pass show smtp","port":465,"security":"tls","#
        + #""to":["desk@example.com","head@example.com"],"user":"u"}},"#
        + #""ops":{"webhook":{"private":true,"secrets":["env:NEW_SECRET","env:OLD_SECRET"],"url":"https://ops.example.com/in"}},"#
        + #""pager":{"pagerduty":{"routing_key":"env:PD_KEY","url":"https://events.eu.pagerduty.com"}},"#
        + #""phone":{"sms":{"account":"AC\#(sid)","from":"+14155550100","key":"SK\#(sid)","#
        + #""to":["+14155550123"],"token":"env:TWILIO_TOKEN","url":"http://127.0.0.1:2"}},"#
        + #""script":{"exec":["/usr/local/bin/notify","--desk"]},"#
        + #""service":{"sms":{"account":"AC\#(sid)","service":"MG\#(sid)","#
        + #""to":["+14155550124"],"token":"env:TWILIO_TOKEN","url":"https://api.twilio.com"}}},"#
        + #""digest":{"at":["08:00","15:45"]},"#
        + #""escalation":{"from":"emergency","repeat":"30m","#
        + #""steps":[{"after":"90s","channels":["phone"]},{"after":"10m","channels":["pager"]}]},"#
        + #""last_resort":["/usr/local/bin/siren","--loud"],"#
        + #""limits":{"desk":{"burst":5,"per_second":0.5},"phone":{"burst":3,"per_second":0.1},"#
        + #""service":{"burst":3,"per_second":1}},"#
        + #""routes":[{"causes":["rollback","held"],"channels":["desk","phone"],"continue":true,"fallback":["mail"],"#
        + #""hours":"after-hours","mode":"fan-out","name":"night","now":true,"severity":["critical","emergency"],"#
        + #""stages":["limited","full"],"wait":"15s"},"#
        + #"{"at_least":"warning","channels":["desk","mail"],"continue":false,"hours":"any","name":"rest","now":false,"#
        + #""wait":"10s"},"#
        + #"{"channels":["mail"],"continue":false,"hours":"any","name":"one","now":false,"severity":["info"],"#
        + #""wait":"10s"}],"silences":{"longest":"12h"}}"#
}
