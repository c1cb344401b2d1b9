#include "runbooks.h"

// The pages are files of runbooks/, taken in as they are; a page is added here in two places.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char promotion_page[] = {
#embed "../../runbooks/promotion.md"
    , 0};
static const unsigned char approval_page[] = {
#embed "../../runbooks/approval.md"
    , 0};
static const unsigned char held_page[] = {
#embed "../../runbooks/held.md"
    , 0};
static const unsigned char demotion_page[] = {
#embed "../../runbooks/demotion.md"
    , 0};
static const unsigned char rollback_page[] = {
#embed "../../runbooks/rollback.md"
    , 0};
static const unsigned char closed_page[] = {
#embed "../../runbooks/closed.md"
    , 0};
static const unsigned char unrouted_page[] = {
#embed "../../runbooks/unrouted.md"
    , 0};
static const unsigned char trigger_page[] = {
#embed "../../runbooks/trigger.md"
    , 0};
static const unsigned char correction_page[] = {
#embed "../../runbooks/correction.md"
    , 0};
static const unsigned char candidate_down_page[] = {
#embed "../../runbooks/candidate-down.md"
    , 0};
static const unsigned char baseline_down_page[] = {
#embed "../../runbooks/baseline-down.md"
    , 0};
static const unsigned char engines_down_page[] = {
#embed "../../runbooks/engines-down.md"
    , 0};
static const unsigned char feed_down_page[] = {
#embed "../../runbooks/feed-down.md"
    , 0};
static const unsigned char data_quality_page[] = {
#embed "../../runbooks/data-quality.md"
    , 0};
static const unsigned char latency_page[] = {
#embed "../../runbooks/latency.md"
    , 0};
static const unsigned char errors_page[] = {
#embed "../../runbooks/errors.md"
    , 0};
static const unsigned char uptime_page[] = {
#embed "../../runbooks/uptime.md"
    , 0};
static const unsigned char budget_page[] = {
#embed "../../runbooks/budget.md"
    , 0};
static const unsigned char budget_stopped_page[] = {
#embed "../../runbooks/budget-stopped.md"
    , 0};
static const unsigned char kill_page[] = {
#embed "../../runbooks/kill.md"
    , 0};
static const unsigned char sink_down_page[] = {
#embed "../../runbooks/sink-down.md"
    , 0};
static const unsigned char operator_down_page[] = {
#embed "../../runbooks/operator-down.md"
    , 0};
static const unsigned char journal_damaged_page[] = {
#embed "../../runbooks/journal-damaged.md"
    , 0};
static const unsigned char channel_down_page[] = {
#embed "../../runbooks/channel-down.md"
    , 0};
static const unsigned char summary_page[] = {
#embed "../../runbooks/summary.md"
    , 0};
static const unsigned char weekly_summary_page[] = {
#embed "../../runbooks/weekly-summary.md"
    , 0};
static const unsigned char test_page[] = {
#embed "../../runbooks/test.md"
    , 0};
static const unsigned char rollback_by_hand_page[] = {
#embed "../../runbooks/rollback-by-hand.md"
    , 0};
static const unsigned char restore_from_backup_page[] = {
#embed "../../runbooks/restore-from-backup.md"
    , 0};
static const unsigned char wrong_promotion_page[] = {
#embed "../../runbooks/wrong-promotion.md"
    , 0};
static const unsigned char month_end_page[] = {
#embed "../../runbooks/month-end.md"
    , 0};

#define PAGE(name, text) {name, text, sizeof text - 1}

static const struct tandem_runbook pages[] = {
    PAGE("promotion", promotion_page),
    PAGE("approval", approval_page),
    PAGE("held", held_page),
    PAGE("demotion", demotion_page),
    PAGE("rollback", rollback_page),
    PAGE("closed", closed_page),
    PAGE("unrouted", unrouted_page),
    PAGE("trigger", trigger_page),
    PAGE("correction", correction_page),
    PAGE("candidate-down", candidate_down_page),
    PAGE("baseline-down", baseline_down_page),
    PAGE("engines-down", engines_down_page),
    PAGE("feed-down", feed_down_page),
    PAGE("data-quality", data_quality_page),
    PAGE("latency", latency_page),
    PAGE("errors", errors_page),
    PAGE("uptime", uptime_page),
    PAGE("budget", budget_page),
    PAGE("budget-stopped", budget_stopped_page),
    PAGE("kill", kill_page),
    PAGE("sink-down", sink_down_page),
    PAGE("operator-down", operator_down_page),
    PAGE("journal-damaged", journal_damaged_page),
    PAGE("channel-down", channel_down_page),
    PAGE("summary", summary_page),
    PAGE("weekly-summary", weekly_summary_page),
    PAGE("test", test_page),
    PAGE("rollback-by-hand", rollback_by_hand_page),
    PAGE("restore-from-backup", restore_from_backup_page),
    PAGE("wrong-promotion", wrong_promotion_page),
    PAGE("month-end", month_end_page),
};

const struct tandem_runbook *tandem_runbook(size_t position) {
    return position < sizeof pages / sizeof pages[0] ? &pages[position] : NULL;
}
