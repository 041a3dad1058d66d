BEGIN;

CREATE TABLE lockportal_version (
    version_num VARCHAR(32) NOT NULL, 
    CONSTRAINT lockportal_version_pkc PRIMARY KEY (version_num)
);

-- Running upgrade  -> 0001

CREATE TABLE IF NOT EXISTS lockportal_account (
    supplier_id UUID NOT NULL, 
    account_id UUID NOT NULL, 
    kind VARCHAR(16) COLLATE "C" NOT NULL, 
    version BIGINT NOT NULL, 
    PRIMARY KEY (supplier_id, account_id)
);

CREATE TABLE IF NOT EXISTS lockportal_application (
    supplier_id UUID NOT NULL, 
    id UUID NOT NULL, 
    account_id UUID NOT NULL, 
    credit_id UUID NOT NULL, 
    document_id UUID NOT NULL, 
    amount_minor BIGINT NOT NULL, 
    amount_currency VARCHAR(3) COLLATE "C" NOT NULL, 
    live BOOLEAN NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
);

CREATE INDEX IF NOT EXISTS lockportal_application_live ON lockportal_application (account_id, live);

CREATE TABLE IF NOT EXISTS lockportal_autopay_rule (
    supplier_id UUID NOT NULL, 
    id UUID NOT NULL, 
    account_id UUID NOT NULL, 
    currency VARCHAR(3) COLLATE "C" NOT NULL, 
    method VARCHAR(32) COLLATE "C" NOT NULL, 
    method_id UUID NOT NULL, 
    days_before BIGINT NOT NULL, 
    ceiling_minor BIGINT, 
    ceiling_currency VARCHAR(3) COLLATE "C", 
    credits_first BOOLEAN NOT NULL, 
    discounts BOOLEAN NOT NULL, 
    status VARCHAR(32) COLLATE "C" NOT NULL, 
    reason VARCHAR(64) COLLATE "C" NOT NULL, 
    failures BIGINT NOT NULL, 
    not_before DATE, 
    left_out TEXT NOT NULL, 
    contact_id UUID, 
    set_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    wake_at TIMESTAMP WITH TIME ZONE, 
    live BOOLEAN NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
);

CREATE INDEX IF NOT EXISTS lockportal_autopay_rule_live ON lockportal_autopay_rule (account_id, live);

CREATE INDEX IF NOT EXISTS lockportal_autopay_rule_wake ON lockportal_autopay_rule (supplier_id, wake_at);

CREATE TABLE IF NOT EXISTS lockportal_charge (
    supplier_id UUID NOT NULL, 
    id UUID NOT NULL, 
    account_id UUID NOT NULL, 
    kind VARCHAR(32) COLLATE "C" NOT NULL, 
    amount_minor BIGINT NOT NULL, 
    amount_currency VARCHAR(3) COLLATE "C" NOT NULL, 
    "on" DATE NOT NULL, 
    number VARCHAR(64) COLLATE "C" NOT NULL, 
    memo_id UUID NOT NULL, 
    document_id UUID, 
    reminder_id UUID NOT NULL, 
    waived_minor BIGINT, 
    waived_currency VARCHAR(3) COLLATE "C", 
    waived_on DATE, 
    reason VARCHAR(255) COLLATE "C" NOT NULL, 
    live BOOLEAN NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
);

CREATE INDEX IF NOT EXISTS lockportal_charge_live ON lockportal_charge (account_id, live);

CREATE INDEX IF NOT EXISTS lockportal_charge_on_id ON lockportal_charge (account_id, "on", id);

CREATE INDEX IF NOT EXISTS lockportal_charge_wide_on_id ON lockportal_charge (supplier_id, "on", id);

CREATE TABLE IF NOT EXISTS lockportal_claim (
    supplier_id UUID NOT NULL, 
    hash BYTEA NOT NULL, 
    account_id UUID NOT NULL, 
    record_id UUID NOT NULL, 
    PRIMARY KEY (supplier_id, hash)
);

CREATE INDEX IF NOT EXISTS lockportal_claim_account ON lockportal_claim (account_id);

CREATE TABLE IF NOT EXISTS lockportal_closed_merchant (
    supplier_id UUID NOT NULL, 
    id UUID NOT NULL, 
    account_id UUID NOT NULL, 
    merchant_account VARCHAR(64) COLLATE "C" NOT NULL, 
    code VARCHAR(128) COLLATE "C" NOT NULL, 
    closed_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    reopened_at TIMESTAMP WITH TIME ZONE, 
    live BOOLEAN NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
);

CREATE INDEX IF NOT EXISTS lockportal_closed_merchant_live ON lockportal_closed_merchant (account_id, live);

CREATE TABLE IF NOT EXISTS lockportal_contact (
    supplier_id UUID NOT NULL, 
    id UUID NOT NULL, 
    account_id UUID NOT NULL, 
    person_id UUID NOT NULL, 
    name VARCHAR(255) COLLATE "C" NOT NULL, 
    email VARCHAR(254) COLLATE "C" NOT NULL, 
    phone VARCHAR(64) COLLATE "C" NOT NULL, 
    language VARCHAR(255) COLLATE "C" NOT NULL, 
    rights TEXT NOT NULL, 
    active BOOLEAN NOT NULL, 
    live BOOLEAN NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
);

CREATE INDEX IF NOT EXISTS lockportal_contact_bare_id ON lockportal_contact (id, supplier_id);

CREATE INDEX IF NOT EXISTS lockportal_contact_live ON lockportal_contact (account_id, live);

CREATE INDEX IF NOT EXISTS lockportal_contact_wide_person_id ON lockportal_contact (supplier_id, person_id);

CREATE TABLE IF NOT EXISTS lockportal_credit (
    supplier_id UUID NOT NULL, 
    id UUID NOT NULL, 
    account_id UUID NOT NULL, 
    balance_minor BIGINT NOT NULL, 
    balance_currency VARCHAR(3) COLLATE "C" NOT NULL, 
    received_on DATE NOT NULL, 
    reference VARCHAR(128) COLLATE "C" NOT NULL, 
    applied_to TEXT NOT NULL, 
    live BOOLEAN NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
);

CREATE INDEX IF NOT EXISTS lockportal_credit_live ON lockportal_credit (account_id, live);

CREATE TABLE IF NOT EXISTS lockportal_credit_decision (
    supplier_id UUID NOT NULL, 
    id UUID NOT NULL, 
    account_id UUID NOT NULL, 
    at TIMESTAMP WITH TIME ZONE NOT NULL, 
    by VARCHAR(128) COLLATE "C" NOT NULL, 
    held BOOLEAN NOT NULL, 
    reason TEXT NOT NULL, 
    exposure_minor BIGINT, 
    exposure_currency VARCHAR(3) COLLATE "C", 
    limit_minor BIGINT, 
    limit_currency VARCHAR(3) COLLATE "C", 
    live BOOLEAN NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
);

CREATE INDEX IF NOT EXISTS lockportal_credit_decision_at_id ON lockportal_credit_decision (account_id, at, id);

CREATE INDEX IF NOT EXISTS lockportal_credit_decision_live ON lockportal_credit_decision (account_id, live);

CREATE TABLE IF NOT EXISTS lockportal_customer (
    supplier_id UUID NOT NULL, 
    id UUID NOT NULL, 
    account_id UUID NOT NULL, 
    number VARCHAR(255) COLLATE "C" NOT NULL, 
    name VARCHAR(255) COLLATE "C" NOT NULL, 
    external_id VARCHAR(255) COLLATE "C" NOT NULL, 
    language VARCHAR(255) COLLATE "C" NOT NULL, 
    currency VARCHAR(255) COLLATE "C" NOT NULL, 
    terms VARCHAR(255) COLLATE "C" NOT NULL, 
    credit_limit_minor BIGINT, 
    credit_limit_currency VARCHAR(3) COLLATE "C", 
    hold BOOLEAN NOT NULL, 
    collector VARCHAR(255) COLLATE "C" NOT NULL, 
    parent_id UUID, 
    tax_ids TEXT NOT NULL, 
    address TEXT NOT NULL, 
    hidden_kinds TEXT NOT NULL, 
    live BOOLEAN NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
);

CREATE INDEX IF NOT EXISTS lockportal_customer_bare_parent_id ON lockportal_customer (parent_id, supplier_id);

CREATE INDEX IF NOT EXISTS lockportal_customer_live ON lockportal_customer (account_id, live);

CREATE INDEX IF NOT EXISTS lockportal_customer_wide_name ON lockportal_customer (supplier_id, name);

CREATE INDEX IF NOT EXISTS lockportal_customer_wide_number ON lockportal_customer (supplier_id, number);

CREATE TABLE IF NOT EXISTS lockportal_dead_letter (
    supplier_id UUID NOT NULL, 
    id UUID NOT NULL, 
    account_id UUID NOT NULL, 
    receiver VARCHAR(64) COLLATE "C" NOT NULL, 
    type VARCHAR(64) COLLATE "C" NOT NULL, 
    version BIGINT NOT NULL, 
    n BIGINT NOT NULL, 
    record_id UUID, 
    attempts BIGINT NOT NULL, 
    reason VARCHAR(255) COLLATE "C" NOT NULL, 
    failed_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    state VARCHAR(32) COLLATE "C" NOT NULL, 
    replayed_at TIMESTAMP WITH TIME ZONE, 
    live BOOLEAN NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
);

CREATE INDEX IF NOT EXISTS lockportal_dead_letter_live ON lockportal_dead_letter (account_id, live);

CREATE INDEX IF NOT EXISTS lockportal_dead_letter_wide_failed_at_id ON lockportal_dead_letter (supplier_id, failed_at, id);

CREATE TABLE IF NOT EXISTS lockportal_delivery (
    supplier_id UUID NOT NULL, 
    id UUID NOT NULL, 
    account_id UUID NOT NULL, 
    message_id UUID NOT NULL, 
    kind VARCHAR(64) COLLATE "C" NOT NULL, 
    contact_id UUID NOT NULL, 
    channel VARCHAR(32) COLLATE "C" NOT NULL, 
    at TIMESTAMP WITH TIME ZONE NOT NULL, 
    outcome VARCHAR(32) COLLATE "C" NOT NULL, 
    reason VARCHAR(255) COLLATE "C" NOT NULL, 
    version BIGINT NOT NULL, 
    n BIGINT NOT NULL, 
    live BOOLEAN NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
);

CREATE INDEX IF NOT EXISTS lockportal_delivery_at_id ON lockportal_delivery (account_id, at, id);

CREATE INDEX IF NOT EXISTS lockportal_delivery_live ON lockportal_delivery (account_id, live);

CREATE INDEX IF NOT EXISTS lockportal_delivery_wide_id ON lockportal_delivery (supplier_id, id);

CREATE TABLE IF NOT EXISTS lockportal_deposit (
    supplier_id UUID NOT NULL, 
    id UUID NOT NULL, 
    account_id UUID NOT NULL, 
    document_id UUID NOT NULL, 
    number VARCHAR(128) COLLATE "C" NOT NULL, 
    amount_minor BIGINT NOT NULL, 
    amount_currency VARCHAR(3) COLLATE "C" NOT NULL, 
    due_on DATE, 
    note VARCHAR(255) COLLATE "C" NOT NULL, 
    status VARCHAR(32) COLLATE "C" NOT NULL, 
    payment_id UUID, 
    asked_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    live BOOLEAN NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
);

CREATE INDEX IF NOT EXISTS lockportal_deposit_asked_at_id ON lockportal_deposit (account_id, asked_at, id);

CREATE INDEX IF NOT EXISTS lockportal_deposit_document_id ON lockportal_deposit (account_id, document_id);

CREATE INDEX IF NOT EXISTS lockportal_deposit_live ON lockportal_deposit (account_id, live);

CREATE TABLE IF NOT EXISTS lockportal_dispute (
    supplier_id UUID NOT NULL, 
    id UUID NOT NULL, 
    account_id UUID NOT NULL, 
    reference VARCHAR(32) COLLATE "C" NOT NULL, 
    document_id UUID NOT NULL, 
    number VARCHAR(128) COLLATE "C" NOT NULL, 
    status VARCHAR(32) COLLATE "C" NOT NULL, 
    outcome VARCHAR(32) COLLATE "C", 
    category VARCHAR(32) COLLATE "C" NOT NULL, 
    reason VARCHAR(64) COLLATE "C" NOT NULL, 
    cause VARCHAR(64) COLLATE "C" NOT NULL, 
    lines TEXT NOT NULL, 
    amount_minor BIGINT NOT NULL, 
    amount_currency VARCHAR(3) COLLATE "C" NOT NULL, 
    granted_minor BIGINT NOT NULL, 
    granted_currency VARCHAR(3) COLLATE "C" NOT NULL, 
    credited_minor BIGINT NOT NULL, 
    credited_currency VARCHAR(3) COLLATE "C" NOT NULL, 
    share_minor BIGINT NOT NULL, 
    share_currency VARCHAR(3) COLLATE "C" NOT NULL, 
    note TEXT NOT NULL, 
    evidence TEXT NOT NULL, 
    owner VARCHAR(128) COLLATE "C" NOT NULL, 
    department VARCHAR(64) COLLATE "C" NOT NULL, 
    contact_id UUID, 
    payment_id UUID, 
    memos TEXT NOT NULL, 
    answer TEXT NOT NULL, 
    steps TEXT NOT NULL, 
    begun_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    opened_at TIMESTAMP WITH TIME ZONE, 
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    decided_at TIMESTAMP WITH TIME ZONE, 
    closed_at TIMESTAMP WITH TIME ZONE, 
    cycle BIGINT NOT NULL, 
    answer_by TIMESTAMP WITH TIME ZONE, 
    decide_by TIMESTAMP WITH TIME ZONE, 
    "left" BIGINT NOT NULL, 
    alerts TEXT NOT NULL, 
    wake_at TIMESTAMP WITH TIME ZONE, 
    revision BIGINT NOT NULL, 
    live BOOLEAN NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
);

CREATE INDEX IF NOT EXISTS lockportal_dispute_changed_at_id ON lockportal_dispute (account_id, changed_at, id);

CREATE INDEX IF NOT EXISTS lockportal_dispute_document_id_id ON lockportal_dispute (account_id, document_id, id);

CREATE INDEX IF NOT EXISTS lockportal_dispute_live ON lockportal_dispute (account_id, live);

CREATE INDEX IF NOT EXISTS lockportal_dispute_wake ON lockportal_dispute (supplier_id, wake_at);

CREATE INDEX IF NOT EXISTS lockportal_dispute_wide_closed_at_id ON lockportal_dispute (supplier_id, closed_at, id);

CREATE INDEX IF NOT EXISTS lockportal_dispute_wide_live_amount_minor_id ON lockportal_dispute (supplier_id, live, amount_minor, id);

CREATE INDEX IF NOT EXISTS lockportal_dispute_wide_live_changed_at_id ON lockportal_dispute (supplier_id, live, changed_at, id);

CREATE INDEX IF NOT EXISTS lockportal_dispute_wide_live_opened_at_id ON lockportal_dispute (supplier_id, live, opened_at, id);

CREATE INDEX IF NOT EXISTS lockportal_dispute_wide_live_owner_id ON lockportal_dispute (supplier_id, live, owner, id);

CREATE INDEX IF NOT EXISTS lockportal_dispute_wide_opened_at_id ON lockportal_dispute (supplier_id, opened_at, id);

CREATE TABLE IF NOT EXISTS lockportal_dispute_message (
    supplier_id UUID NOT NULL, 
    id UUID NOT NULL, 
    account_id UUID NOT NULL, 
    dispute_id UUID NOT NULL, 
    at TIMESTAMP WITH TIME ZONE NOT NULL, 
    by VARCHAR(32) COLLATE "C" NOT NULL, 
    name VARCHAR(128) COLLATE "C" NOT NULL, 
    contact_id UUID, 
    internal BOOLEAN NOT NULL, 
    text TEXT NOT NULL, 
    mentions TEXT NOT NULL, 
    files TEXT NOT NULL, 
    live BOOLEAN NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
);

CREATE INDEX IF NOT EXISTS lockportal_dispute_message_dispute_id_at_id ON lockportal_dispute_message (account_id, dispute_id, at, id);

CREATE INDEX IF NOT EXISTS lockportal_dispute_message_live ON lockportal_dispute_message (account_id, live);

CREATE TABLE IF NOT EXISTS lockportal_document (
    supplier_id UUID NOT NULL, 
    id UUID NOT NULL, 
    account_id UUID NOT NULL, 
    kind VARCHAR(32) COLLATE "C" NOT NULL, 
    number VARCHAR(128) COLLATE "C" NOT NULL, 
    source VARCHAR(64) COLLATE "C" NOT NULL, 
    external_id VARCHAR(128) COLLATE "C" NOT NULL, 
    digest BYTEA NOT NULL, 
    source_version VARCHAR(64) COLLATE "C" NOT NULL, 
    issued_on DATE NOT NULL, 
    due_on DATE, 
    posted_on DATE NOT NULL, 
    settled_on DATE, 
    total_minor BIGINT, 
    total_currency VARCHAR(3) COLLATE "C", 
    payable_minor BIGINT, 
    payable_currency VARCHAR(3) COLLATE "C", 
    balance_minor BIGINT, 
    balance_currency VARCHAR(3) COLLATE "C", 
    subtotal_minor BIGINT, 
    subtotal_currency VARCHAR(3) COLLATE "C", 
    tax_minor BIGINT, 
    tax_currency VARCHAR(3) COLLATE "C", 
    taxes TEXT NOT NULL, 
    adjustments TEXT NOT NULL, 
    prepaid_minor BIGINT, 
    prepaid_currency VARCHAR(3) COLLATE "C", 
    rounding_minor BIGINT, 
    rounding_currency VARCHAR(3) COLLATE "C", 
    terms VARCHAR(64) COLLATE "C" NOT NULL, 
    po_number VARCHAR(128) COLLATE "C" NOT NULL, 
    notes TEXT NOT NULL, 
    lines TEXT NOT NULL, 
    "references" TEXT NOT NULL, 
    bill_to TEXT, 
    custom TEXT NOT NULL, 
    flags TEXT NOT NULL, 
    visible BOOLEAN NOT NULL, 
    search TEXT NOT NULL, 
    live BOOLEAN NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
);

CREATE INDEX IF NOT EXISTS lockportal_document_due_on_id ON lockportal_document (account_id, due_on, id);

CREATE INDEX IF NOT EXISTS lockportal_document_issued_on_id ON lockportal_document (account_id, issued_on, id);

CREATE INDEX IF NOT EXISTS lockportal_document_live ON lockportal_document (account_id, live);

CREATE INDEX IF NOT EXISTS lockportal_document_live_due_on_id ON lockportal_document (account_id, live, due_on, id);

CREATE INDEX IF NOT EXISTS lockportal_document_number ON lockportal_document (account_id, number);

CREATE UNIQUE INDEX IF NOT EXISTS lockportal_document_unique_source_external_id ON lockportal_document (account_id, source, external_id, supplier_id);

CREATE INDEX IF NOT EXISTS lockportal_document_wide_source_external_id ON lockportal_document (supplier_id, source, external_id);

CREATE TABLE IF NOT EXISTS lockportal_document_downloaded (
    supplier_id UUID NOT NULL, 
    id UUID NOT NULL, 
    account_id UUID NOT NULL, 
    document_id UUID, 
    file_id UUID, 
    paper_id UUID, 
    title VARCHAR(255) COLLATE "C" NOT NULL, 
    currency VARCHAR(3) COLLATE "C" NOT NULL, 
    as_of DATE, 
    form VARCHAR(32) COLLATE "C" NOT NULL, 
    person_id UUID, 
    contact_id UUID, 
    at TIMESTAMP WITH TIME ZONE NOT NULL, 
    live BOOLEAN NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
);

CREATE INDEX IF NOT EXISTS lockportal_document_downloaded_at_id ON lockportal_document_downloaded (account_id, at, id);

CREATE INDEX IF NOT EXISTS lockportal_document_downloaded_document_id_at ON lockportal_document_downloaded (account_id, document_id, at);

CREATE INDEX IF NOT EXISTS lockportal_document_downloaded_live ON lockportal_document_downloaded (account_id, live);

CREATE TABLE IF NOT EXISTS lockportal_document_link (
    supplier_id UUID NOT NULL, 
    id UUID NOT NULL, 
    account_id UUID NOT NULL, 
    document_id UUID NOT NULL, 
    kind VARCHAR(32) COLLATE "C" NOT NULL, 
    number VARCHAR(128) COLLATE "C" NOT NULL, 
    dropped BOOLEAN NOT NULL, 
    live BOOLEAN NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
);

CREATE INDEX IF NOT EXISTS lockportal_document_link_document_id ON lockportal_document_link (account_id, document_id);

CREATE INDEX IF NOT EXISTS lockportal_document_link_kind_number ON lockportal_document_link (account_id, kind, number);

CREATE INDEX IF NOT EXISTS lockportal_document_link_live ON lockportal_document_link (account_id, live);

CREATE TABLE IF NOT EXISTS lockportal_due_balance (
    supplier_id UUID NOT NULL, 
    id UUID NOT NULL, 
    account_id UUID NOT NULL, 
    due_on DATE, 
    amount_minor BIGINT NOT NULL, 
    amount_currency VARCHAR(3) COLLATE "C" NOT NULL, 
    item_count BIGINT NOT NULL, 
    live BOOLEAN NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
);

CREATE INDEX IF NOT EXISTS lockportal_due_balance_due_on ON lockportal_due_balance (account_id, due_on);

CREATE INDEX IF NOT EXISTS lockportal_due_balance_live ON lockportal_due_balance (account_id, live);

CREATE INDEX IF NOT EXISTS lockportal_due_balance_wide_amount_currency_due_on ON lockportal_due_balance (supplier_id, amount_currency, due_on);

CREATE TABLE IF NOT EXISTS lockportal_dunning_hold (
    supplier_id UUID NOT NULL, 
    id UUID NOT NULL, 
    account_id UUID NOT NULL, 
    document_id UUID, 
    until DATE NOT NULL, 
    reason TEXT NOT NULL, 
    by VARCHAR(128) COLLATE "C" NOT NULL, 
    made_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    ended_at TIMESTAMP WITH TIME ZONE, 
    wake_at TIMESTAMP WITH TIME ZONE, 
    live BOOLEAN NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
);

CREATE INDEX IF NOT EXISTS lockportal_dunning_hold_live ON lockportal_dunning_hold (account_id, live);

CREATE INDEX IF NOT EXISTS lockportal_dunning_hold_wake ON lockportal_dunning_hold (supplier_id, wake_at);

CREATE INDEX IF NOT EXISTS lockportal_dunning_hold_wide_until_id ON lockportal_dunning_hold (supplier_id, until, id);

CREATE TABLE IF NOT EXISTS lockportal_dunning_run (
    supplier_id UUID NOT NULL, 
    id UUID NOT NULL, 
    account_id UUID NOT NULL, 
    "on" DATE NOT NULL, 
    at TIMESTAMP WITH TIME ZONE NOT NULL, 
    next_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    live BOOLEAN NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
);

CREATE INDEX IF NOT EXISTS lockportal_dunning_run_live ON lockportal_dunning_run (account_id, live);

CREATE TABLE IF NOT EXISTS lockportal_dunning_state (
    supplier_id UUID NOT NULL, 
    id UUID NOT NULL, 
    account_id UUID NOT NULL, 
    told_on DATE, 
    statement_on DATE, 
    live BOOLEAN NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
);

CREATE INDEX IF NOT EXISTS lockportal_dunning_state_live ON lockportal_dunning_state (account_id, live);

CREATE TABLE IF NOT EXISTS lockportal_dunning_step (
    supplier_id UUID NOT NULL, 
    id UUID NOT NULL, 
    account_id UUID NOT NULL, 
    document_id UUID NOT NULL, 
    level BIGINT NOT NULL, 
    stepped_on DATE, 
    announced BIGINT, 
    interest_until DATE, 
    settled BOOLEAN NOT NULL, 
    live BOOLEAN NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
);

CREATE INDEX IF NOT EXISTS lockportal_dunning_step_live ON lockportal_dunning_step (account_id, live);

CREATE TABLE IF NOT EXISTS lockportal_entry (
    supplier_id UUID NOT NULL, 
    id UUID NOT NULL, 
    account_id UUID NOT NULL, 
    item_id UUID NOT NULL, 
    kind VARCHAR(32) COLLATE "C" NOT NULL, 
    amount_minor BIGINT NOT NULL, 
    amount_currency VARCHAR(3) COLLATE "C" NOT NULL, 
    item_balance BIGINT NOT NULL, 
    effective_on DATE NOT NULL, 
    posted_on DATE NOT NULL, 
    issued_on DATE, 
    due_on DATE, 
    reference VARCHAR(128) COLLATE "C" NOT NULL, 
    live BOOLEAN NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
);

CREATE OR REPLACE FUNCTION lockportal_entry_append_only() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION USING MESSAGE = 'lockportal_entry is append-only', ERRCODE = 'restrict_violation'; END$$;

CREATE TRIGGER lockportal_entry_no_change BEFORE UPDATE OR DELETE ON lockportal_entry FOR EACH ROW EXECUTE FUNCTION lockportal_entry_append_only();

CREATE TRIGGER lockportal_entry_no_truncate BEFORE TRUNCATE ON lockportal_entry FOR EACH STATEMENT EXECUTE FUNCTION lockportal_entry_append_only();

CREATE INDEX IF NOT EXISTS lockportal_entry_effective_on ON lockportal_entry (account_id, effective_on);

CREATE INDEX IF NOT EXISTS lockportal_entry_item_id ON lockportal_entry (account_id, item_id);

CREATE INDEX IF NOT EXISTS lockportal_entry_live ON lockportal_entry (account_id, live);

CREATE INDEX IF NOT EXISTS lockportal_entry_wide_effective_on ON lockportal_entry (supplier_id, effective_on);

CREATE TABLE IF NOT EXISTS lockportal_exchange (
    supplier_id UUID NOT NULL, 
    id UUID NOT NULL, 
    account_id UUID NOT NULL, 
    operation_id UUID NOT NULL, 
    call VARCHAR(32) COLLATE "C" NOT NULL, 
    at TIMESTAMP WITH TIME ZONE NOT NULL, 
    sent BOOLEAN NOT NULL, 
    outcome VARCHAR(64) COLLATE "C" NOT NULL, 
    request_id VARCHAR(255) COLLATE "C" NOT NULL, 
    next_action TEXT, 
    transcript TEXT NOT NULL, 
    live BOOLEAN NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
);

CREATE INDEX IF NOT EXISTS lockportal_exchange_live ON lockportal_exchange (account_id, live);

CREATE INDEX IF NOT EXISTS lockportal_exchange_operation_id_at ON lockportal_exchange (account_id, operation_id, at);

CREATE TABLE IF NOT EXISTS lockportal_file (
    supplier_id UUID NOT NULL, 
    id UUID NOT NULL, 
    account_id UUID NOT NULL, 
    document_id UUID NOT NULL, 
    role VARCHAR(32) COLLATE "C" NOT NULL, 
    name VARCHAR(255) COLLATE "C" NOT NULL, 
    media_type VARCHAR(128) COLLATE "C" NOT NULL, 
    size BIGINT NOT NULL, 
    sha256 BYTEA NOT NULL, 
    added_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    live BOOLEAN NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
);

CREATE INDEX IF NOT EXISTS lockportal_file_document_id_id ON lockportal_file (account_id, document_id, id);

CREATE INDEX IF NOT EXISTS lockportal_file_live ON lockportal_file (account_id, live);

CREATE INDEX IF NOT EXISTS lockportal_file_wide_sha256 ON lockportal_file (supplier_id, sha256);

CREATE TABLE IF NOT EXISTS lockportal_gateway_event (
    supplier_id UUID NOT NULL, 
    id UUID NOT NULL, 
    account_id UUID NOT NULL, 
    merchant_account VARCHAR(64) COLLATE "C" NOT NULL, 
    event_id VARCHAR(255) COLLATE "C" NOT NULL, 
    type VARCHAR(128) COLLATE "C" NOT NULL, 
    operation_id UUID, 
    received_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    live BOOLEAN NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
);

CREATE INDEX IF NOT EXISTS lockportal_gateway_event_live ON lockportal_gateway_event (account_id, live);

CREATE TABLE IF NOT EXISTS lockportal_handover (
    supplier_id UUID NOT NULL, 
    id UUID NOT NULL, 
    account_id UUID NOT NULL, 
    "on" DATE NOT NULL, 
    lines TEXT NOT NULL, 
    exported_at TIMESTAMP WITH TIME ZONE, 
    live BOOLEAN NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
);

CREATE INDEX IF NOT EXISTS lockportal_handover_live ON lockportal_handover (account_id, live);

CREATE INDEX IF NOT EXISTS lockportal_handover_wide_on_id ON lockportal_handover (supplier_id, "on", id);

CREATE TABLE IF NOT EXISTS lockportal_held_message (
    supplier_id UUID NOT NULL, 
    id UUID NOT NULL, 
    account_id UUID NOT NULL, 
    version BIGINT NOT NULL, 
    n BIGINT NOT NULL, 
    wake_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    attempts BIGINT NOT NULL, 
    live BOOLEAN NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
);

CREATE INDEX IF NOT EXISTS lockportal_held_message_live ON lockportal_held_message (account_id, live);

CREATE INDEX IF NOT EXISTS lockportal_held_message_wake ON lockportal_held_message (supplier_id, wake_at);

CREATE TABLE IF NOT EXISTS lockportal_inflow (
    supplier_id UUID NOT NULL, 
    id UUID NOT NULL, 
    account_id UUID NOT NULL, 
    number BIGINT NOT NULL, 
    value_on DATE NOT NULL, 
    payment_id UUID, 
    moved TEXT NOT NULL, 
    settled BOOLEAN NOT NULL, 
    live BOOLEAN NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
);

CREATE INDEX IF NOT EXISTS lockportal_inflow_live ON lockportal_inflow (account_id, live);

CREATE TABLE IF NOT EXISTS lockportal_instalment_plan (
    supplier_id UUID NOT NULL, 
    id UUID NOT NULL, 
    account_id UUID NOT NULL, 
    contact_id UUID, 
    total_minor BIGINT NOT NULL, 
    total_currency VARCHAR(3) COLLATE "C" NOT NULL, 
    documents TEXT NOT NULL, 
    instalments TEXT NOT NULL, 
    method VARCHAR(32) COLLATE "C" NOT NULL, 
    method_id UUID NOT NULL, 
    status VARCHAR(32) COLLATE "C" NOT NULL, 
    reason VARCHAR(64) COLLATE "C" NOT NULL, 
    agreed_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    live BOOLEAN NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
);

CREATE INDEX IF NOT EXISTS lockportal_instalment_plan_agreed_at_id ON lockportal_instalment_plan (account_id, agreed_at, id);

CREATE INDEX IF NOT EXISTS lockportal_instalment_plan_live ON lockportal_instalment_plan (account_id, live);

CREATE TABLE IF NOT EXISTS lockportal_journal (
    supplier_id UUID NOT NULL, 
    account_id UUID NOT NULL, 
    version BIGINT NOT NULL, 
    n INTEGER NOT NULL, 
    type VARCHAR(64) COLLATE "C" NOT NULL, 
    stamp_id UUID NOT NULL, 
    at TIMESTAMP WITH TIME ZONE NOT NULL, 
    by VARCHAR(128) COLLATE "C" NOT NULL, 
    ids TEXT NOT NULL, 
    body TEXT NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, version, n)
);

CREATE OR REPLACE FUNCTION lockportal_journal_append_only() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION USING MESSAGE = 'lockportal_journal is append-only', ERRCODE = 'restrict_violation'; END$$;

CREATE TRIGGER lockportal_journal_no_change BEFORE UPDATE OR DELETE ON lockportal_journal FOR EACH ROW EXECUTE FUNCTION lockportal_journal_append_only();

CREATE TRIGGER lockportal_journal_no_truncate BEFORE TRUNCATE ON lockportal_journal FOR EACH STATEMENT EXECUTE FUNCTION lockportal_journal_append_only();

CREATE TABLE IF NOT EXISTS lockportal_key (
    supplier_id UUID NOT NULL, 
    account_id UUID NOT NULL, 
    key UUID NOT NULL, 
    fingerprint BYTEA NOT NULL, 
    version BIGINT NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, key)
);

CREATE TABLE IF NOT EXISTS lockportal_link_requested (
    supplier_id UUID NOT NULL, 
    id UUID NOT NULL, 
    account_id UUID NOT NULL, 
    email VARCHAR(254) COLLATE "C" NOT NULL, 
    binding BYTEA NOT NULL, 
    next_path VARCHAR(500) COLLATE "C" NOT NULL, 
    asked_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    wake_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    attempts BIGINT NOT NULL, 
    live BOOLEAN NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
);

CREATE INDEX IF NOT EXISTS lockportal_link_requested_live ON lockportal_link_requested (account_id, live);

CREATE INDEX IF NOT EXISTS lockportal_link_requested_wake ON lockportal_link_requested (supplier_id, wake_at);

CREATE TABLE IF NOT EXISTS lockportal_login_link (
    supplier_id UUID NOT NULL, 
    id UUID NOT NULL, 
    account_id UUID NOT NULL, 
    state VARCHAR(32) COLLATE "C" NOT NULL, 
    binding BYTEA NOT NULL, 
    next_path VARCHAR(500) COLLATE "C" NOT NULL, 
    asked_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    used_at TIMESTAMP WITH TIME ZONE, 
    tries BIGINT NOT NULL, 
    wake_at TIMESTAMP WITH TIME ZONE, 
    live BOOLEAN NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
);

CREATE INDEX IF NOT EXISTS lockportal_login_link_live ON lockportal_login_link (account_id, live);

CREATE INDEX IF NOT EXISTS lockportal_login_link_wake ON lockportal_login_link (supplier_id, wake_at);

CREATE TABLE IF NOT EXISTS lockportal_note (
    supplier_id UUID NOT NULL, 
    id UUID NOT NULL, 
    account_id UUID NOT NULL, 
    kind VARCHAR(32) COLLATE "C" NOT NULL, 
    at TIMESTAMP WITH TIME ZONE NOT NULL, 
    by VARCHAR(128) COLLATE "C" NOT NULL, 
    text TEXT NOT NULL, 
    outcome VARCHAR(64) COLLATE "C" NOT NULL, 
    contact_id UUID, 
    document_id UUID, 
    task_id UUID, 
    promise_id UUID, 
    dispute_id UUID, 
    mentions TEXT NOT NULL, 
    live BOOLEAN NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
);

CREATE INDEX IF NOT EXISTS lockportal_note_at_id ON lockportal_note (account_id, at, id);

CREATE INDEX IF NOT EXISTS lockportal_note_live ON lockportal_note (account_id, live);

CREATE TABLE IF NOT EXISTS lockportal_operation (
    supplier_id UUID NOT NULL, 
    id UUID NOT NULL, 
    account_id UUID NOT NULL, 
    payment_id UUID NOT NULL, 
    kind VARCHAR(32) COLLATE "C" NOT NULL, 
    amount_minor BIGINT NOT NULL, 
    amount_currency VARCHAR(3) COLLATE "C" NOT NULL, 
    parent_id UUID, 
    merchant_account VARCHAR(64) COLLATE "C" NOT NULL, 
    reason VARCHAR(255) COLLATE "C" NOT NULL, 
    created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    payer TEXT, 
    closes BOOLEAN NOT NULL, 
    return_days BIGINT NOT NULL, 
    polled BOOLEAN NOT NULL, 
    note TEXT NOT NULL, 
    observations TEXT NOT NULL, 
    status VARCHAR(32) COLLATE "C" NOT NULL, 
    gateway_ref VARCHAR(255) COLLATE "C" NOT NULL, 
    sends BIGINT NOT NULL, 
    first_sent_at TIMESTAMP WITH TIME ZONE, 
    sent_at TIMESTAMP WITH TIME ZONE, 
    asked BIGINT NOT NULL, 
    wake_at TIMESTAMP WITH TIME ZONE, 
    live BOOLEAN NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
);

CREATE INDEX IF NOT EXISTS lockportal_operation_live ON lockportal_operation (account_id, live);

CREATE INDEX IF NOT EXISTS lockportal_operation_payment_id_id ON lockportal_operation (account_id, payment_id, id);

CREATE INDEX IF NOT EXISTS lockportal_operation_wake ON lockportal_operation (supplier_id, wake_at);

CREATE INDEX IF NOT EXISTS lockportal_operation_wide_gateway_ref ON lockportal_operation (supplier_id, gateway_ref);

CREATE TABLE IF NOT EXISTS lockportal_outbox (
    supplier_id UUID NOT NULL, 
    account_id UUID NOT NULL, 
    subscriber VARCHAR(64) COLLATE "C" NOT NULL, 
    version BIGINT NOT NULL, 
    wake_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    attempts INTEGER NOT NULL, 
    reason VARCHAR(255) COLLATE "C" NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, subscriber)
);

CREATE INDEX IF NOT EXISTS lockportal_outbox_wake ON lockportal_outbox (supplier_id, subscriber, wake_at);

CREATE TABLE IF NOT EXISTS lockportal_parked_event (
    supplier_id UUID NOT NULL, 
    id UUID NOT NULL, 
    account_id UUID NOT NULL, 
    merchant_account VARCHAR(64) COLLATE "C" NOT NULL, 
    event_id VARCHAR(255) COLLATE "C" NOT NULL, 
    number BIGINT NOT NULL, 
    type VARCHAR(128) COLLATE "C" NOT NULL, 
    observation TEXT NOT NULL, 
    parked_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    tries BIGINT NOT NULL, 
    done BOOLEAN NOT NULL, 
    given_up BOOLEAN NOT NULL, 
    raw TEXT NOT NULL, 
    note TEXT NOT NULL, 
    wake_at TIMESTAMP WITH TIME ZONE, 
    live BOOLEAN NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
);

CREATE INDEX IF NOT EXISTS lockportal_parked_event_live ON lockportal_parked_event (account_id, live);

CREATE INDEX IF NOT EXISTS lockportal_parked_event_wake ON lockportal_parked_event (supplier_id, wake_at);

CREATE TABLE IF NOT EXISTS lockportal_payment (
    supplier_id UUID NOT NULL, 
    id UUID NOT NULL, 
    account_id UUID NOT NULL, 
    reference VARCHAR(32) COLLATE "C" NOT NULL, 
    amount_minor BIGINT NOT NULL, 
    amount_currency VARCHAR(3) COLLATE "C" NOT NULL, 
    lines TEXT NOT NULL, 
    credits TEXT NOT NULL, 
    on_account_minor BIGINT NOT NULL, 
    on_account_currency VARCHAR(3) COLLATE "C" NOT NULL, 
    fee_minor BIGINT NOT NULL, 
    fee_currency VARCHAR(3) COLLATE "C" NOT NULL, 
    method VARCHAR(32) COLLATE "C" NOT NULL, 
    merchant_account VARCHAR(64) COLLATE "C" NOT NULL, 
    method_id UUID, 
    contact_id UUID, 
    saves BOOLEAN NOT NULL, 
    schedule_id UUID, 
    deposit_id UUID, 
    operations TEXT NOT NULL, 
    totals TEXT NOT NULL, 
    state VARCHAR(32) COLLATE "C" NOT NULL, 
    unknown BOOLEAN NOT NULL, 
    needs_review BOOLEAN NOT NULL, 
    problems BIGINT NOT NULL, 
    reviewed BIGINT NOT NULL, 
    review_note TEXT NOT NULL, 
    started_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    started_on DATE NOT NULL, 
    apply_on VARCHAR(32) COLLATE "C" NOT NULL, 
    posted BIGINT NOT NULL, 
    credited BOOLEAN NOT NULL, 
    rest_posted BIGINT NOT NULL, 
    fee_posted BIGINT NOT NULL, 
    foreign_posted TEXT NOT NULL, 
    live BOOLEAN NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
);

CREATE INDEX IF NOT EXISTS lockportal_payment_live ON lockportal_payment (account_id, live);

CREATE INDEX IF NOT EXISTS lockportal_payment_started_at_id ON lockportal_payment (account_id, started_at, id);

CREATE INDEX IF NOT EXISTS lockportal_payment_wide_live_started_at_id ON lockportal_payment (supplier_id, live, started_at, id);

CREATE INDEX IF NOT EXISTS lockportal_payment_wide_needs_review_started_at_id ON lockportal_payment (supplier_id, needs_review, started_at, id);

CREATE INDEX IF NOT EXISTS lockportal_payment_wide_started_at_id ON lockportal_payment (supplier_id, started_at, id);

CREATE TABLE IF NOT EXISTS lockportal_person (
    supplier_id UUID NOT NULL, 
    id UUID NOT NULL, 
    account_id UUID NOT NULL, 
    email VARCHAR(254) COLLATE "C" NOT NULL, 
    live BOOLEAN NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
);

CREATE INDEX IF NOT EXISTS lockportal_person_live ON lockportal_person (account_id, live);

CREATE TABLE IF NOT EXISTS lockportal_position (
    supplier_id UUID NOT NULL, 
    account_id UUID NOT NULL, 
    subscriber VARCHAR(64) COLLATE "C" NOT NULL, 
    version BIGINT NOT NULL, 
    n INTEGER NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, subscriber)
);

CREATE TABLE IF NOT EXISTS lockportal_preference (
    supplier_id UUID NOT NULL, 
    id UUID NOT NULL, 
    account_id UUID NOT NULL, 
    contact_id UUID NOT NULL, 
    category VARCHAR(64) COLLATE "C" NOT NULL, 
    channel VARCHAR(32) COLLATE "C" NOT NULL, 
    wanted BOOLEAN NOT NULL, 
    live BOOLEAN NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
);

CREATE INDEX IF NOT EXISTS lockportal_preference_live ON lockportal_preference (account_id, live);

CREATE TABLE IF NOT EXISTS lockportal_promise (
    supplier_id UUID NOT NULL, 
    id UUID NOT NULL, 
    account_id UUID NOT NULL, 
    amount_minor BIGINT NOT NULL, 
    amount_currency VARCHAR(3) COLLATE "C" NOT NULL, 
    lines TEXT NOT NULL, 
    parts TEXT NOT NULL, 
    last_on DATE NOT NULL, 
    note TEXT NOT NULL, 
    method VARCHAR(32) COLLATE "C", 
    status VARCHAR(32) COLLATE "C" NOT NULL, 
    reason VARCHAR(255) COLLATE "C" NOT NULL, 
    contact_id UUID, 
    made_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    made_on DATE NOT NULL, 
    judged_at TIMESTAMP WITH TIME ZONE, 
    judged_on DATE, 
    paid BIGINT NOT NULL, 
    verdicts BIGINT NOT NULL, 
    replaces UUID, 
    replaced_by UUID, 
    moves BIGINT NOT NULL, 
    since BIGINT NOT NULL, 
    reminded_on DATE, 
    settled BOOLEAN NOT NULL, 
    wake_at TIMESTAMP WITH TIME ZONE, 
    live BOOLEAN NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
);

CREATE INDEX IF NOT EXISTS lockportal_promise_live ON lockportal_promise (account_id, live);

CREATE INDEX IF NOT EXISTS lockportal_promise_made_at_id ON lockportal_promise (account_id, made_at, id);

CREATE INDEX IF NOT EXISTS lockportal_promise_wake ON lockportal_promise (supplier_id, wake_at);

CREATE INDEX IF NOT EXISTS lockportal_promise_wide_judged_at_id ON lockportal_promise (supplier_id, judged_at, id);

CREATE INDEX IF NOT EXISTS lockportal_promise_wide_status_last_on_id ON lockportal_promise (supplier_id, status, last_on, id);

CREATE TABLE IF NOT EXISTS lockportal_promised_cash (
    supplier_id UUID NOT NULL, 
    id UUID NOT NULL, 
    account_id UUID NOT NULL, 
    promise_id UUID NOT NULL, 
    "on" DATE NOT NULL, 
    amount_minor BIGINT NOT NULL, 
    amount_currency VARCHAR(3) COLLATE "C" NOT NULL, 
    live BOOLEAN NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
);

CREATE INDEX IF NOT EXISTS lockportal_promised_cash_live ON lockportal_promised_cash (account_id, live);

CREATE INDEX IF NOT EXISTS lockportal_promised_cash_promise_id ON lockportal_promised_cash (account_id, promise_id);

CREATE INDEX IF NOT EXISTS lockportal_promised_cash_wide_on_id ON lockportal_promised_cash (supplier_id, "on", id);

CREATE TABLE IF NOT EXISTS lockportal_promised_share (
    supplier_id UUID NOT NULL, 
    id UUID NOT NULL, 
    account_id UUID NOT NULL, 
    promise_id UUID NOT NULL, 
    document_id UUID NOT NULL, 
    until DATE NOT NULL, 
    amount_minor BIGINT NOT NULL, 
    amount_currency VARCHAR(3) COLLATE "C" NOT NULL, 
    live BOOLEAN NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
);

CREATE INDEX IF NOT EXISTS lockportal_promised_share_document_id ON lockportal_promised_share (account_id, document_id);

CREATE INDEX IF NOT EXISTS lockportal_promised_share_live ON lockportal_promised_share (account_id, live);

CREATE INDEX IF NOT EXISTS lockportal_promised_share_promise_id ON lockportal_promised_share (account_id, promise_id);

CREATE TABLE IF NOT EXISTS lockportal_quota (
    supplier_id UUID NOT NULL, 
    account_id UUID NOT NULL, 
    key BYTEA NOT NULL, 
    hits BIGINT NOT NULL, 
    until TIMESTAMP WITH TIME ZONE NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, key)
);

CREATE INDEX IF NOT EXISTS lockportal_quota_until ON lockportal_quota (supplier_id, until);

CREATE TABLE IF NOT EXISTS lockportal_received_mail (
    supplier_id UUID NOT NULL, 
    id UUID NOT NULL, 
    account_id UUID NOT NULL, 
    address_id UUID NOT NULL, 
    received_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    outcome VARCHAR(32) COLLATE "C", 
    live BOOLEAN NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
);

CREATE INDEX IF NOT EXISTS lockportal_received_mail_live ON lockportal_received_mail (account_id, live);

CREATE TABLE IF NOT EXISTS lockportal_reminder (
    supplier_id UUID NOT NULL, 
    id UUID NOT NULL, 
    account_id UUID NOT NULL, 
    kind VARCHAR(32) COLLATE "C" NOT NULL, 
    "on" DATE NOT NULL, 
    at TIMESTAMP WITH TIME ZONE NOT NULL, 
    policy VARCHAR(64) COLLATE "C" NOT NULL, 
    level BIGINT NOT NULL, 
    level_name VARCHAR(64) COLLATE "C" NOT NULL, 
    days BIGINT NOT NULL, 
    tell TEXT NOT NULL, 
    lines TEXT NOT NULL, 
    charges TEXT NOT NULL, 
    escalations TEXT NOT NULL, 
    status VARCHAR(32) COLLATE "C" NOT NULL, 
    people BIGINT NOT NULL, 
    live BOOLEAN NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
);

CREATE INDEX IF NOT EXISTS lockportal_reminder_at_id ON lockportal_reminder (account_id, at, id);

CREATE INDEX IF NOT EXISTS lockportal_reminder_live ON lockportal_reminder (account_id, live);

CREATE INDEX IF NOT EXISTS lockportal_reminder_wide_at_id ON lockportal_reminder (supplier_id, at, id);

CREATE TABLE IF NOT EXISTS lockportal_reply_address (
    supplier_id UUID NOT NULL, 
    id UUID NOT NULL, 
    account_id UUID NOT NULL, 
    kind VARCHAR(32) COLLATE "C" NOT NULL, 
    thread_id UUID NOT NULL, 
    contact_id UUID NOT NULL, 
    opened_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    live BOOLEAN NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
);

CREATE INDEX IF NOT EXISTS lockportal_reply_address_live ON lockportal_reply_address (account_id, live);

CREATE INDEX IF NOT EXISTS lockportal_reply_address_wide_id ON lockportal_reply_address (supplier_id, id);

CREATE TABLE IF NOT EXISTS lockportal_salt (
    supplier_id UUID NOT NULL, 
    account_id UUID NOT NULL, 
    subject_id UUID NOT NULL, 
    salt BYTEA NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, subject_id)
);

CREATE TABLE IF NOT EXISTS lockportal_saved_method (
    supplier_id UUID NOT NULL, 
    id UUID NOT NULL, 
    account_id UUID NOT NULL, 
    contact_id UUID, 
    kind VARCHAR(32) COLLATE "C" NOT NULL, 
    merchant_account VARCHAR(64) COLLATE "C" NOT NULL, 
    ref VARCHAR(255) COLLATE "C" NOT NULL, 
    customer_ref VARCHAR(255) COLLATE "C" NOT NULL, 
    mandate_ref VARCHAR(255) COLLATE "C" NOT NULL, 
    brand VARCHAR(64) COLLATE "C" NOT NULL, 
    last4 VARCHAR(4) COLLATE "C" NOT NULL, 
    expires_on DATE, 
    bank VARCHAR(128) COLLATE "C" NOT NULL, 
    status VARCHAR(32) COLLATE "C" NOT NULL, 
    off_session BOOLEAN NOT NULL, 
    "default" BOOLEAN NOT NULL, 
    reason VARCHAR(64) COLLATE "C" NOT NULL, 
    detached BOOLEAN NOT NULL, 
    added_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    asked BIGINT NOT NULL, 
    wake_at TIMESTAMP WITH TIME ZONE, 
    live BOOLEAN NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
);

CREATE INDEX IF NOT EXISTS lockportal_saved_method_added_at_id ON lockportal_saved_method (account_id, added_at, id);

CREATE INDEX IF NOT EXISTS lockportal_saved_method_live ON lockportal_saved_method (account_id, live);

CREATE INDEX IF NOT EXISTS lockportal_saved_method_wake ON lockportal_saved_method (supplier_id, wake_at);

CREATE TABLE IF NOT EXISTS lockportal_scheduled_payment (
    supplier_id UUID NOT NULL, 
    id UUID NOT NULL, 
    account_id UUID NOT NULL, 
    contact_id UUID, 
    "on" DATE NOT NULL, 
    amount_minor BIGINT NOT NULL, 
    amount_currency VARCHAR(3) COLLATE "C" NOT NULL, 
    lines TEXT NOT NULL, 
    credits TEXT NOT NULL, 
    on_account_minor BIGINT NOT NULL, 
    on_account_currency VARCHAR(3) COLLATE "C" NOT NULL, 
    method VARCHAR(32) COLLATE "C" NOT NULL, 
    method_id UUID NOT NULL, 
    discounts BOOLEAN NOT NULL, 
    origin VARCHAR(32) COLLATE "C" NOT NULL, 
    origin_id UUID, 
    status VARCHAR(32) COLLATE "C" NOT NULL, 
    reason VARCHAR(64) COLLATE "C" NOT NULL, 
    final BOOLEAN NOT NULL, 
    payment_id UUID, 
    made_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    wake_at TIMESTAMP WITH TIME ZONE, 
    live BOOLEAN NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
);

CREATE INDEX IF NOT EXISTS lockportal_scheduled_payment_live ON lockportal_scheduled_payment (account_id, live);

CREATE INDEX IF NOT EXISTS lockportal_scheduled_payment_on_id ON lockportal_scheduled_payment (account_id, "on", id);

CREATE INDEX IF NOT EXISTS lockportal_scheduled_payment_origin_id_id ON lockportal_scheduled_payment (account_id, origin_id, id);

CREATE INDEX IF NOT EXISTS lockportal_scheduled_payment_wake ON lockportal_scheduled_payment (supplier_id, wake_at);

CREATE TABLE IF NOT EXISTS lockportal_session (
    supplier_id UUID NOT NULL, 
    id UUID NOT NULL, 
    account_id UUID NOT NULL, 
    secret BYTEA NOT NULL, 
    created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    seen_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    ended_at TIMESTAMP WITH TIME ZONE, 
    user_agent VARCHAR(255) COLLATE "C" NOT NULL, 
    wake_at TIMESTAMP WITH TIME ZONE, 
    live BOOLEAN NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
);

CREATE INDEX IF NOT EXISTS lockportal_session_live ON lockportal_session (account_id, live);

CREATE INDEX IF NOT EXISTS lockportal_session_wake ON lockportal_session (supplier_id, wake_at);

CREATE TABLE IF NOT EXISTS lockportal_share_link (
    supplier_id UUID NOT NULL, 
    id UUID NOT NULL, 
    account_id UUID NOT NULL, 
    document_id UUID NOT NULL, 
    number VARCHAR(128) COLLATE "C" NOT NULL, 
    contact_id UUID NOT NULL, 
    state VARCHAR(32) COLLATE "C" NOT NULL, 
    created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    ended_at TIMESTAMP WITH TIME ZONE, 
    reason VARCHAR(255) COLLATE "C" NOT NULL, 
    wake_at TIMESTAMP WITH TIME ZONE, 
    live BOOLEAN NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
);

CREATE INDEX IF NOT EXISTS lockportal_share_link_live ON lockportal_share_link (account_id, live);

CREATE INDEX IF NOT EXISTS lockportal_share_link_wake ON lockportal_share_link (supplier_id, wake_at);

CREATE TABLE IF NOT EXISTS lockportal_share_link_used (
    supplier_id UUID NOT NULL, 
    id UUID NOT NULL, 
    account_id UUID NOT NULL, 
    link_id UUID NOT NULL, 
    use VARCHAR(32) COLLATE "C" NOT NULL, 
    at TIMESTAMP WITH TIME ZONE NOT NULL, 
    user_agent VARCHAR(255) COLLATE "C" NOT NULL, 
    live BOOLEAN NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
);

CREATE INDEX IF NOT EXISTS lockportal_share_link_used_live ON lockportal_share_link_used (account_id, live);

CREATE TABLE IF NOT EXISTS lockportal_shared_paper (
    supplier_id UUID NOT NULL, 
    id UUID NOT NULL, 
    account_id UUID NOT NULL, 
    kind VARCHAR(32) COLLATE "C" NOT NULL, 
    title VARCHAR(255) COLLATE "C" NOT NULL, 
    language VARCHAR(32) COLLATE "C" NOT NULL, 
    valid_from DATE, 
    valid_until DATE, 
    name VARCHAR(255) COLLATE "C" NOT NULL, 
    media_type VARCHAR(128) COLLATE "C" NOT NULL, 
    size BIGINT NOT NULL, 
    sha256 BYTEA NOT NULL, 
    published_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    withdrawn_at TIMESTAMP WITH TIME ZONE, 
    live BOOLEAN NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
);

CREATE INDEX IF NOT EXISTS lockportal_shared_paper_live ON lockportal_shared_paper (account_id, live);

CREATE INDEX IF NOT EXISTS lockportal_shared_paper_wide_sha256 ON lockportal_shared_paper (supplier_id, sha256);

CREATE TABLE IF NOT EXISTS lockportal_suppression (
    supplier_id UUID NOT NULL, 
    id UUID NOT NULL, 
    account_id UUID NOT NULL, 
    contact_id UUID NOT NULL, 
    email VARCHAR(254) COLLATE "C" NOT NULL, 
    status VARCHAR(16) COLLATE "C" NOT NULL, 
    kind VARCHAR(64) COLLATE "C" NOT NULL, 
    message_id UUID NOT NULL, 
    version BIGINT NOT NULL, 
    n BIGINT NOT NULL, 
    suppressed_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    lifted_at TIMESTAMP WITH TIME ZONE, 
    live BOOLEAN NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
);

CREATE INDEX IF NOT EXISTS lockportal_suppression_contact_id ON lockportal_suppression (account_id, contact_id);

CREATE INDEX IF NOT EXISTS lockportal_suppression_live ON lockportal_suppression (account_id, live);

CREATE INDEX IF NOT EXISTS lockportal_suppression_wide_live_suppressed_at_id ON lockportal_suppression (supplier_id, live, suppressed_at, id);

CREATE TABLE IF NOT EXISTS lockportal_task (
    supplier_id UUID NOT NULL, 
    id UUID NOT NULL, 
    account_id UUID NOT NULL, 
    kind VARCHAR(64) COLLATE "C" NOT NULL, 
    state VARCHAR(32) COLLATE "C" NOT NULL, 
    owner VARCHAR(128) COLLATE "C" NOT NULL, 
    due_on DATE NOT NULL, 
    reason TEXT NOT NULL, 
    about_id UUID, 
    opened_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    closed_at TIMESTAMP WITH TIME ZONE, 
    outcome VARCHAR(64) COLLATE "C" NOT NULL, 
    note TEXT NOT NULL, 
    live BOOLEAN NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
);

CREATE INDEX IF NOT EXISTS lockportal_task_live ON lockportal_task (account_id, live);

CREATE INDEX IF NOT EXISTS lockportal_task_live_due_on_id ON lockportal_task (account_id, live, due_on, id);

CREATE INDEX IF NOT EXISTS lockportal_task_wide_live_owner_due_on_id ON lockportal_task (supplier_id, live, owner, due_on, id);

CREATE TABLE IF NOT EXISTS lockportal_upload (
    supplier_id UUID NOT NULL, 
    id UUID NOT NULL, 
    account_id UUID NOT NULL, 
    subject_kind VARCHAR(32) COLLATE "C" NOT NULL, 
    subject_id UUID NOT NULL, 
    name VARCHAR(255) COLLATE "C" NOT NULL, 
    media_type VARCHAR(128) COLLATE "C" NOT NULL, 
    size BIGINT NOT NULL, 
    sha256 BYTEA NOT NULL, 
    storage_key BYTEA NOT NULL, 
    flags TEXT NOT NULL, 
    note TEXT NOT NULL, 
    internal BOOLEAN NOT NULL, 
    state VARCHAR(32) COLLATE "C" NOT NULL, 
    contact_id UUID, 
    staff VARCHAR(255) COLLATE "C" NOT NULL, 
    sent_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    scanned_at TIMESTAMP WITH TIME ZONE, 
    verdict VARCHAR(255) COLLATE "C" NOT NULL, 
    wake_at TIMESTAMP WITH TIME ZONE, 
    live BOOLEAN NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
);

CREATE INDEX IF NOT EXISTS lockportal_upload_live ON lockportal_upload (account_id, live);

CREATE INDEX IF NOT EXISTS lockportal_upload_sent_at_id ON lockportal_upload (account_id, sent_at, id);

CREATE INDEX IF NOT EXISTS lockportal_upload_subject_kind_subject_id_id ON lockportal_upload (account_id, subject_kind, subject_id, id);

CREATE INDEX IF NOT EXISTS lockportal_upload_wake ON lockportal_upload (supplier_id, wake_at);

CREATE INDEX IF NOT EXISTS lockportal_upload_wide_storage_key ON lockportal_upload (supplier_id, storage_key);

CREATE TABLE IF NOT EXISTS lockportal_upload_room (
    supplier_id UUID NOT NULL, 
    id UUID NOT NULL, 
    account_id UUID NOT NULL, 
    files BIGINT NOT NULL, 
    size BIGINT NOT NULL, 
    live BOOLEAN NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
);

CREATE INDEX IF NOT EXISTS lockportal_upload_room_live ON lockportal_upload_room (account_id, live);

CREATE TABLE IF NOT EXISTS lockportal_webhook_attempt (
    supplier_id UUID NOT NULL, 
    id UUID NOT NULL, 
    account_id UUID NOT NULL, 
    endpoint_id UUID NOT NULL, 
    call_id UUID NOT NULL, 
    type VARCHAR(64) COLLATE "C" NOT NULL, 
    version BIGINT NOT NULL, 
    n BIGINT NOT NULL, 
    number BIGINT NOT NULL, 
    at TIMESTAMP WITH TIME ZONE NOT NULL, 
    outcome VARCHAR(32) COLLATE "C" NOT NULL, 
    last BOOLEAN NOT NULL, 
    status BIGINT NOT NULL, 
    reason TEXT NOT NULL, 
    live BOOLEAN NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
);

CREATE INDEX IF NOT EXISTS lockportal_webhook_attempt_call_id_at ON lockportal_webhook_attempt (account_id, call_id, at);

CREATE INDEX IF NOT EXISTS lockportal_webhook_attempt_live ON lockportal_webhook_attempt (account_id, live);

CREATE INDEX IF NOT EXISTS lockportal_webhook_attempt_wide_at_id ON lockportal_webhook_attempt (supplier_id, at, id);

CREATE INDEX IF NOT EXISTS lockportal_webhook_attempt_wide_endpoint_id_at_id ON lockportal_webhook_attempt (supplier_id, endpoint_id, at, id);

CREATE INDEX IF NOT EXISTS lockportal_webhook_attempt_wide_id ON lockportal_webhook_attempt (supplier_id, id);

CREATE TABLE IF NOT EXISTS lockportal_webhook_call (
    supplier_id UUID NOT NULL, 
    id UUID NOT NULL, 
    account_id UUID NOT NULL, 
    endpoint_id UUID NOT NULL, 
    type VARCHAR(64) COLLATE "C" NOT NULL, 
    version BIGINT NOT NULL, 
    n BIGINT NOT NULL, 
    since TIMESTAMP WITH TIME ZONE NOT NULL, 
    wake_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    attempts BIGINT NOT NULL, 
    live BOOLEAN NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
);

CREATE INDEX IF NOT EXISTS lockportal_webhook_call_live ON lockportal_webhook_call (account_id, live);

CREATE INDEX IF NOT EXISTS lockportal_webhook_call_wake ON lockportal_webhook_call (supplier_id, wake_at);

CREATE TABLE IF NOT EXISTS lockportal_webhook_endpoint (
    supplier_id UUID NOT NULL, 
    id UUID NOT NULL, 
    account_id UUID NOT NULL, 
    name VARCHAR(64) COLLATE "C" NOT NULL, 
    url TEXT NOT NULL, 
    events TEXT NOT NULL, 
    write_back BOOLEAN NOT NULL, 
    state VARCHAR(32) COLLATE "C" NOT NULL, 
    reason VARCHAR(255) COLLATE "C" NOT NULL, 
    generation BIGINT NOT NULL, 
    rotating_until TIMESTAMP WITH TIME ZONE, 
    added_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    failing_since TIMESTAMP WITH TIME ZONE, 
    live BOOLEAN NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
);

CREATE INDEX IF NOT EXISTS lockportal_webhook_endpoint_live ON lockportal_webhook_endpoint (account_id, live);

CREATE TABLE IF NOT EXISTS lockportal_write_back_refusal (
    supplier_id UUID NOT NULL, 
    id UUID NOT NULL, 
    account_id UUID NOT NULL, 
    endpoint_id UUID NOT NULL, 
    endpoint VARCHAR(64) COLLATE "C" NOT NULL, 
    type VARCHAR(64) COLLATE "C" NOT NULL, 
    status BIGINT NOT NULL, 
    reason TEXT NOT NULL, 
    refused_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    settled_at TIMESTAMP WITH TIME ZONE, 
    live BOOLEAN NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
);

CREATE INDEX IF NOT EXISTS lockportal_write_back_refusal_live ON lockportal_write_back_refusal (account_id, live);

INSERT INTO lockportal_version (version_num) VALUES ('0001') RETURNING lockportal_version.version_num;

COMMIT;

