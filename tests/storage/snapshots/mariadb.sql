BEGIN;

CREATE TABLE lockportal_version (
    version_num VARCHAR(32) NOT NULL, 
    CONSTRAINT lockportal_version_pkc PRIMARY KEY (version_num)
);

-- Running upgrade  -> 0001

CREATE TABLE IF NOT EXISTS lockportal_account (
    supplier_id BINARY(16) NOT NULL, 
    account_id BINARY(16) NOT NULL, 
    kind VARCHAR(16) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    version BIGINT NOT NULL, 
    PRIMARY KEY (supplier_id, account_id)
)CHARSET=utf8mb4 ENGINE=InnoDB;

CREATE TABLE IF NOT EXISTS lockportal_application (
    supplier_id BINARY(16) NOT NULL, 
    id BINARY(16) NOT NULL, 
    account_id BINARY(16) NOT NULL, 
    credit_id BINARY(16) NOT NULL, 
    document_id BINARY(16) NOT NULL, 
    amount_minor BIGINT NOT NULL, 
    amount_currency VARCHAR(3) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    live BOOL NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
)CHARSET=utf8mb4 ENGINE=InnoDB;

CREATE INDEX IF NOT EXISTS lockportal_application_live ON lockportal_application (account_id, live);

CREATE TABLE IF NOT EXISTS lockportal_autopay_rule (
    supplier_id BINARY(16) NOT NULL, 
    id BINARY(16) NOT NULL, 
    account_id BINARY(16) NOT NULL, 
    currency VARCHAR(3) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    method VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    method_id BINARY(16) NOT NULL, 
    days_before BIGINT NOT NULL, 
    ceiling_minor BIGINT, 
    ceiling_currency VARCHAR(3) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin, 
    credits_first BOOL NOT NULL, 
    discounts BOOL NOT NULL, 
    status VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    reason VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    failures BIGINT NOT NULL, 
    not_before DATE, 
    left_out LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    contact_id BINARY(16), 
    set_at DATETIME(6) NOT NULL, 
    wake_at DATETIME(6), 
    live BOOL NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
)CHARSET=utf8mb4 ENGINE=InnoDB;

CREATE INDEX IF NOT EXISTS lockportal_autopay_rule_live ON lockportal_autopay_rule (account_id, live);

CREATE INDEX IF NOT EXISTS lockportal_autopay_rule_wake ON lockportal_autopay_rule (supplier_id, wake_at);

CREATE TABLE IF NOT EXISTS lockportal_charge (
    supplier_id BINARY(16) NOT NULL, 
    id BINARY(16) NOT NULL, 
    account_id BINARY(16) NOT NULL, 
    kind VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    amount_minor BIGINT NOT NULL, 
    amount_currency VARCHAR(3) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    `on` DATE NOT NULL, 
    number VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    memo_id BINARY(16) NOT NULL, 
    document_id BINARY(16), 
    reminder_id BINARY(16) NOT NULL, 
    waived_minor BIGINT, 
    waived_currency VARCHAR(3) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin, 
    waived_on DATE, 
    reason VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    live BOOL NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
)CHARSET=utf8mb4 ENGINE=InnoDB;

CREATE INDEX IF NOT EXISTS lockportal_charge_live ON lockportal_charge (account_id, live);

CREATE INDEX IF NOT EXISTS lockportal_charge_on_id ON lockportal_charge (account_id, `on`, id);

CREATE INDEX IF NOT EXISTS lockportal_charge_wide_on_id ON lockportal_charge (supplier_id, `on`, id);

CREATE TABLE IF NOT EXISTS lockportal_claim (
    supplier_id BINARY(16) NOT NULL, 
    hash BINARY(32) NOT NULL, 
    account_id BINARY(16) NOT NULL, 
    record_id BINARY(16) NOT NULL, 
    PRIMARY KEY (supplier_id, hash)
)CHARSET=utf8mb4 ENGINE=InnoDB;

CREATE INDEX IF NOT EXISTS lockportal_claim_account ON lockportal_claim (account_id);

CREATE TABLE IF NOT EXISTS lockportal_closed_merchant (
    supplier_id BINARY(16) NOT NULL, 
    id BINARY(16) NOT NULL, 
    account_id BINARY(16) NOT NULL, 
    merchant_account VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    code VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    closed_at DATETIME(6) NOT NULL, 
    reopened_at DATETIME(6), 
    live BOOL NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
)CHARSET=utf8mb4 ENGINE=InnoDB;

CREATE INDEX IF NOT EXISTS lockportal_closed_merchant_live ON lockportal_closed_merchant (account_id, live);

CREATE TABLE IF NOT EXISTS lockportal_contact (
    supplier_id BINARY(16) NOT NULL, 
    id BINARY(16) NOT NULL, 
    account_id BINARY(16) NOT NULL, 
    person_id BINARY(16) NOT NULL, 
    name VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    email VARCHAR(254) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    phone VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    language VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    rights LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    active BOOL NOT NULL, 
    live BOOL NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
)CHARSET=utf8mb4 ENGINE=InnoDB;

CREATE INDEX IF NOT EXISTS lockportal_contact_bare_id ON lockportal_contact (id, supplier_id);

CREATE INDEX IF NOT EXISTS lockportal_contact_live ON lockportal_contact (account_id, live);

CREATE INDEX IF NOT EXISTS lockportal_contact_wide_person_id ON lockportal_contact (supplier_id, person_id);

CREATE TABLE IF NOT EXISTS lockportal_credit (
    supplier_id BINARY(16) NOT NULL, 
    id BINARY(16) NOT NULL, 
    account_id BINARY(16) NOT NULL, 
    balance_minor BIGINT NOT NULL, 
    balance_currency VARCHAR(3) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    received_on DATE NOT NULL, 
    reference VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    applied_to LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    live BOOL NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
)CHARSET=utf8mb4 ENGINE=InnoDB;

CREATE INDEX IF NOT EXISTS lockportal_credit_live ON lockportal_credit (account_id, live);

CREATE TABLE IF NOT EXISTS lockportal_credit_decision (
    supplier_id BINARY(16) NOT NULL, 
    id BINARY(16) NOT NULL, 
    account_id BINARY(16) NOT NULL, 
    at DATETIME(6) NOT NULL, 
    `by` VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    held BOOL NOT NULL, 
    reason LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    exposure_minor BIGINT, 
    exposure_currency VARCHAR(3) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin, 
    limit_minor BIGINT, 
    limit_currency VARCHAR(3) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin, 
    live BOOL NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
)CHARSET=utf8mb4 ENGINE=InnoDB;

CREATE INDEX IF NOT EXISTS lockportal_credit_decision_at_id ON lockportal_credit_decision (account_id, at, id);

CREATE INDEX IF NOT EXISTS lockportal_credit_decision_live ON lockportal_credit_decision (account_id, live);

CREATE TABLE IF NOT EXISTS lockportal_customer (
    supplier_id BINARY(16) NOT NULL, 
    id BINARY(16) NOT NULL, 
    account_id BINARY(16) NOT NULL, 
    number VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    name VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    external_id VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    language VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    currency VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    terms VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    credit_limit_minor BIGINT, 
    credit_limit_currency VARCHAR(3) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin, 
    hold BOOL NOT NULL, 
    collector VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    parent_id BINARY(16), 
    tax_ids LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    address LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    hidden_kinds LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    live BOOL NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
)CHARSET=utf8mb4 ENGINE=InnoDB;

CREATE INDEX IF NOT EXISTS lockportal_customer_bare_parent_id ON lockportal_customer (parent_id, supplier_id);

CREATE INDEX IF NOT EXISTS lockportal_customer_live ON lockportal_customer (account_id, live);

CREATE INDEX IF NOT EXISTS lockportal_customer_wide_name ON lockportal_customer (supplier_id, name);

CREATE INDEX IF NOT EXISTS lockportal_customer_wide_number ON lockportal_customer (supplier_id, number);

CREATE TABLE IF NOT EXISTS lockportal_dead_letter (
    supplier_id BINARY(16) NOT NULL, 
    id BINARY(16) NOT NULL, 
    account_id BINARY(16) NOT NULL, 
    receiver VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    type VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    version BIGINT NOT NULL, 
    n BIGINT NOT NULL, 
    record_id BINARY(16), 
    attempts BIGINT NOT NULL, 
    reason VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    failed_at DATETIME(6) NOT NULL, 
    state VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    replayed_at DATETIME(6), 
    live BOOL NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
)CHARSET=utf8mb4 ENGINE=InnoDB;

CREATE INDEX IF NOT EXISTS lockportal_dead_letter_live ON lockportal_dead_letter (account_id, live);

CREATE INDEX IF NOT EXISTS lockportal_dead_letter_wide_failed_at_id ON lockportal_dead_letter (supplier_id, failed_at, id);

CREATE TABLE IF NOT EXISTS lockportal_delivery (
    supplier_id BINARY(16) NOT NULL, 
    id BINARY(16) NOT NULL, 
    account_id BINARY(16) NOT NULL, 
    message_id BINARY(16) NOT NULL, 
    kind VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    contact_id BINARY(16) NOT NULL, 
    channel VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    at DATETIME(6) NOT NULL, 
    outcome VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    reason VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    version BIGINT NOT NULL, 
    n BIGINT NOT NULL, 
    live BOOL NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
)CHARSET=utf8mb4 ENGINE=InnoDB;

CREATE INDEX IF NOT EXISTS lockportal_delivery_at_id ON lockportal_delivery (account_id, at, id);

CREATE INDEX IF NOT EXISTS lockportal_delivery_live ON lockportal_delivery (account_id, live);

CREATE INDEX IF NOT EXISTS lockportal_delivery_wide_id ON lockportal_delivery (supplier_id, id);

CREATE TABLE IF NOT EXISTS lockportal_deposit (
    supplier_id BINARY(16) NOT NULL, 
    id BINARY(16) NOT NULL, 
    account_id BINARY(16) NOT NULL, 
    document_id BINARY(16) NOT NULL, 
    number VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    amount_minor BIGINT NOT NULL, 
    amount_currency VARCHAR(3) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    due_on DATE, 
    note VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    status VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    payment_id BINARY(16), 
    asked_at DATETIME(6) NOT NULL, 
    live BOOL NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
)CHARSET=utf8mb4 ENGINE=InnoDB;

CREATE INDEX IF NOT EXISTS lockportal_deposit_asked_at_id ON lockportal_deposit (account_id, asked_at, id);

CREATE INDEX IF NOT EXISTS lockportal_deposit_document_id ON lockportal_deposit (account_id, document_id);

CREATE INDEX IF NOT EXISTS lockportal_deposit_live ON lockportal_deposit (account_id, live);

CREATE TABLE IF NOT EXISTS lockportal_dispute (
    supplier_id BINARY(16) NOT NULL, 
    id BINARY(16) NOT NULL, 
    account_id BINARY(16) NOT NULL, 
    reference VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    document_id BINARY(16) NOT NULL, 
    number VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    status VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    outcome VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin, 
    category VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    reason VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    cause VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    `lines` LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    amount_minor BIGINT NOT NULL, 
    amount_currency VARCHAR(3) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    granted_minor BIGINT NOT NULL, 
    granted_currency VARCHAR(3) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    credited_minor BIGINT NOT NULL, 
    credited_currency VARCHAR(3) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    share_minor BIGINT NOT NULL, 
    share_currency VARCHAR(3) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    note LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    evidence LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    owner VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    department VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    contact_id BINARY(16), 
    payment_id BINARY(16), 
    memos LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    answer LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    steps LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    begun_at DATETIME(6) NOT NULL, 
    opened_at DATETIME(6), 
    changed_at DATETIME(6) NOT NULL, 
    decided_at DATETIME(6), 
    closed_at DATETIME(6), 
    cycle BIGINT NOT NULL, 
    answer_by DATETIME(6), 
    decide_by DATETIME(6), 
    `left` BIGINT NOT NULL, 
    alerts LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    wake_at DATETIME(6), 
    revision BIGINT NOT NULL, 
    live BOOL NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
)CHARSET=utf8mb4 ENGINE=InnoDB;

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
    supplier_id BINARY(16) NOT NULL, 
    id BINARY(16) NOT NULL, 
    account_id BINARY(16) NOT NULL, 
    dispute_id BINARY(16) NOT NULL, 
    at DATETIME(6) NOT NULL, 
    `by` VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    name VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    contact_id BINARY(16), 
    internal BOOL NOT NULL, 
    text LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    mentions LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    files LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    live BOOL NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
)CHARSET=utf8mb4 ENGINE=InnoDB;

CREATE INDEX IF NOT EXISTS lockportal_dispute_message_dispute_id_at_id ON lockportal_dispute_message (account_id, dispute_id, at, id);

CREATE INDEX IF NOT EXISTS lockportal_dispute_message_live ON lockportal_dispute_message (account_id, live);

CREATE TABLE IF NOT EXISTS lockportal_document (
    supplier_id BINARY(16) NOT NULL, 
    id BINARY(16) NOT NULL, 
    account_id BINARY(16) NOT NULL, 
    kind VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    number VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    source VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    external_id VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    digest BINARY(32) NOT NULL, 
    source_version VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    issued_on DATE NOT NULL, 
    due_on DATE, 
    posted_on DATE NOT NULL, 
    settled_on DATE, 
    total_minor BIGINT, 
    total_currency VARCHAR(3) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin, 
    payable_minor BIGINT, 
    payable_currency VARCHAR(3) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin, 
    balance_minor BIGINT, 
    balance_currency VARCHAR(3) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin, 
    subtotal_minor BIGINT, 
    subtotal_currency VARCHAR(3) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin, 
    tax_minor BIGINT, 
    tax_currency VARCHAR(3) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin, 
    taxes LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    adjustments LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    prepaid_minor BIGINT, 
    prepaid_currency VARCHAR(3) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin, 
    rounding_minor BIGINT, 
    rounding_currency VARCHAR(3) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin, 
    terms VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    po_number VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    notes LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    `lines` LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    `references` LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    bill_to LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin, 
    custom LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    flags LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    visible BOOL NOT NULL, 
    search LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    live BOOL NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
)CHARSET=utf8mb4 ENGINE=InnoDB;

CREATE INDEX IF NOT EXISTS lockportal_document_due_on_id ON lockportal_document (account_id, due_on, id);

CREATE INDEX IF NOT EXISTS lockportal_document_issued_on_id ON lockportal_document (account_id, issued_on, id);

CREATE INDEX IF NOT EXISTS lockportal_document_live ON lockportal_document (account_id, live);

CREATE INDEX IF NOT EXISTS lockportal_document_live_due_on_id ON lockportal_document (account_id, live, due_on, id);

CREATE INDEX IF NOT EXISTS lockportal_document_number ON lockportal_document (account_id, number);

CREATE UNIQUE INDEX IF NOT EXISTS lockportal_document_unique_source_external_id ON lockportal_document (account_id, source, external_id, supplier_id);

CREATE INDEX IF NOT EXISTS lockportal_document_wide_source_external_id ON lockportal_document (supplier_id, source, external_id);

CREATE TABLE IF NOT EXISTS lockportal_document_downloaded (
    supplier_id BINARY(16) NOT NULL, 
    id BINARY(16) NOT NULL, 
    account_id BINARY(16) NOT NULL, 
    document_id BINARY(16), 
    file_id BINARY(16), 
    paper_id BINARY(16), 
    title VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    currency VARCHAR(3) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    as_of DATE, 
    form VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    person_id BINARY(16), 
    contact_id BINARY(16), 
    at DATETIME(6) NOT NULL, 
    live BOOL NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
)CHARSET=utf8mb4 ENGINE=InnoDB;

CREATE INDEX IF NOT EXISTS lockportal_document_downloaded_at_id ON lockportal_document_downloaded (account_id, at, id);

CREATE INDEX IF NOT EXISTS lockportal_document_downloaded_document_id_at ON lockportal_document_downloaded (account_id, document_id, at);

CREATE INDEX IF NOT EXISTS lockportal_document_downloaded_live ON lockportal_document_downloaded (account_id, live);

CREATE TABLE IF NOT EXISTS lockportal_document_link (
    supplier_id BINARY(16) NOT NULL, 
    id BINARY(16) NOT NULL, 
    account_id BINARY(16) NOT NULL, 
    document_id BINARY(16) NOT NULL, 
    kind VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    number VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    dropped BOOL NOT NULL, 
    live BOOL NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
)CHARSET=utf8mb4 ENGINE=InnoDB;

CREATE INDEX IF NOT EXISTS lockportal_document_link_document_id ON lockportal_document_link (account_id, document_id);

CREATE INDEX IF NOT EXISTS lockportal_document_link_kind_number ON lockportal_document_link (account_id, kind, number);

CREATE INDEX IF NOT EXISTS lockportal_document_link_live ON lockportal_document_link (account_id, live);

CREATE TABLE IF NOT EXISTS lockportal_due_balance (
    supplier_id BINARY(16) NOT NULL, 
    id BINARY(16) NOT NULL, 
    account_id BINARY(16) NOT NULL, 
    due_on DATE, 
    amount_minor BIGINT NOT NULL, 
    amount_currency VARCHAR(3) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    item_count BIGINT NOT NULL, 
    live BOOL NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
)CHARSET=utf8mb4 ENGINE=InnoDB;

CREATE INDEX IF NOT EXISTS lockportal_due_balance_due_on ON lockportal_due_balance (account_id, due_on);

CREATE INDEX IF NOT EXISTS lockportal_due_balance_live ON lockportal_due_balance (account_id, live);

CREATE INDEX IF NOT EXISTS lockportal_due_balance_wide_amount_currency_due_on ON lockportal_due_balance (supplier_id, amount_currency, due_on);

CREATE TABLE IF NOT EXISTS lockportal_dunning_hold (
    supplier_id BINARY(16) NOT NULL, 
    id BINARY(16) NOT NULL, 
    account_id BINARY(16) NOT NULL, 
    document_id BINARY(16), 
    until DATE NOT NULL, 
    reason LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    `by` VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    made_at DATETIME(6) NOT NULL, 
    ended_at DATETIME(6), 
    wake_at DATETIME(6), 
    live BOOL NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
)CHARSET=utf8mb4 ENGINE=InnoDB;

CREATE INDEX IF NOT EXISTS lockportal_dunning_hold_live ON lockportal_dunning_hold (account_id, live);

CREATE INDEX IF NOT EXISTS lockportal_dunning_hold_wake ON lockportal_dunning_hold (supplier_id, wake_at);

CREATE INDEX IF NOT EXISTS lockportal_dunning_hold_wide_until_id ON lockportal_dunning_hold (supplier_id, until, id);

CREATE TABLE IF NOT EXISTS lockportal_dunning_run (
    supplier_id BINARY(16) NOT NULL, 
    id BINARY(16) NOT NULL, 
    account_id BINARY(16) NOT NULL, 
    `on` DATE NOT NULL, 
    at DATETIME(6) NOT NULL, 
    next_at DATETIME(6) NOT NULL, 
    live BOOL NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
)CHARSET=utf8mb4 ENGINE=InnoDB;

CREATE INDEX IF NOT EXISTS lockportal_dunning_run_live ON lockportal_dunning_run (account_id, live);

CREATE TABLE IF NOT EXISTS lockportal_dunning_state (
    supplier_id BINARY(16) NOT NULL, 
    id BINARY(16) NOT NULL, 
    account_id BINARY(16) NOT NULL, 
    told_on DATE, 
    statement_on DATE, 
    live BOOL NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
)CHARSET=utf8mb4 ENGINE=InnoDB;

CREATE INDEX IF NOT EXISTS lockportal_dunning_state_live ON lockportal_dunning_state (account_id, live);

CREATE TABLE IF NOT EXISTS lockportal_dunning_step (
    supplier_id BINARY(16) NOT NULL, 
    id BINARY(16) NOT NULL, 
    account_id BINARY(16) NOT NULL, 
    document_id BINARY(16) NOT NULL, 
    level BIGINT NOT NULL, 
    stepped_on DATE, 
    announced BIGINT, 
    interest_until DATE, 
    settled BOOL NOT NULL, 
    live BOOL NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
)CHARSET=utf8mb4 ENGINE=InnoDB;

CREATE INDEX IF NOT EXISTS lockportal_dunning_step_live ON lockportal_dunning_step (account_id, live);

CREATE TABLE IF NOT EXISTS lockportal_entry (
    supplier_id BINARY(16) NOT NULL, 
    id BINARY(16) NOT NULL, 
    account_id BINARY(16) NOT NULL, 
    item_id BINARY(16) NOT NULL, 
    kind VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    amount_minor BIGINT NOT NULL, 
    amount_currency VARCHAR(3) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    item_balance BIGINT NOT NULL, 
    effective_on DATE NOT NULL, 
    posted_on DATE NOT NULL, 
    issued_on DATE, 
    due_on DATE, 
    reference VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    live BOOL NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
)CHARSET=utf8mb4 ENGINE=InnoDB;

CREATE TRIGGER IF NOT EXISTS lockportal_entry_no_update BEFORE UPDATE ON lockportal_entry FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'lockportal_entry is append-only';

CREATE TRIGGER IF NOT EXISTS lockportal_entry_no_delete BEFORE DELETE ON lockportal_entry FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'lockportal_entry is append-only';

CREATE INDEX IF NOT EXISTS lockportal_entry_effective_on ON lockportal_entry (account_id, effective_on);

CREATE INDEX IF NOT EXISTS lockportal_entry_item_id ON lockportal_entry (account_id, item_id);

CREATE INDEX IF NOT EXISTS lockportal_entry_live ON lockportal_entry (account_id, live);

CREATE INDEX IF NOT EXISTS lockportal_entry_wide_effective_on ON lockportal_entry (supplier_id, effective_on);

CREATE TABLE IF NOT EXISTS lockportal_exchange (
    supplier_id BINARY(16) NOT NULL, 
    id BINARY(16) NOT NULL, 
    account_id BINARY(16) NOT NULL, 
    operation_id BINARY(16) NOT NULL, 
    `call` VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    at DATETIME(6) NOT NULL, 
    sent BOOL NOT NULL, 
    outcome VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    request_id VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    next_action LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin, 
    transcript LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    live BOOL NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
)CHARSET=utf8mb4 ENGINE=InnoDB;

CREATE INDEX IF NOT EXISTS lockportal_exchange_live ON lockportal_exchange (account_id, live);

CREATE INDEX IF NOT EXISTS lockportal_exchange_operation_id_at ON lockportal_exchange (account_id, operation_id, at);

CREATE TABLE IF NOT EXISTS lockportal_file (
    supplier_id BINARY(16) NOT NULL, 
    id BINARY(16) NOT NULL, 
    account_id BINARY(16) NOT NULL, 
    document_id BINARY(16) NOT NULL, 
    role VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    name VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    media_type VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    size BIGINT NOT NULL, 
    sha256 BINARY(32) NOT NULL, 
    added_at DATETIME(6) NOT NULL, 
    live BOOL NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
)CHARSET=utf8mb4 ENGINE=InnoDB;

CREATE INDEX IF NOT EXISTS lockportal_file_document_id_id ON lockportal_file (account_id, document_id, id);

CREATE INDEX IF NOT EXISTS lockportal_file_live ON lockportal_file (account_id, live);

CREATE INDEX IF NOT EXISTS lockportal_file_wide_sha256 ON lockportal_file (supplier_id, sha256);

CREATE TABLE IF NOT EXISTS lockportal_gateway_event (
    supplier_id BINARY(16) NOT NULL, 
    id BINARY(16) NOT NULL, 
    account_id BINARY(16) NOT NULL, 
    merchant_account VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    event_id VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    type VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    operation_id BINARY(16), 
    received_at DATETIME(6) NOT NULL, 
    live BOOL NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
)CHARSET=utf8mb4 ENGINE=InnoDB;

CREATE INDEX IF NOT EXISTS lockportal_gateway_event_live ON lockportal_gateway_event (account_id, live);

CREATE TABLE IF NOT EXISTS lockportal_handover (
    supplier_id BINARY(16) NOT NULL, 
    id BINARY(16) NOT NULL, 
    account_id BINARY(16) NOT NULL, 
    `on` DATE NOT NULL, 
    `lines` LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    exported_at DATETIME(6), 
    live BOOL NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
)CHARSET=utf8mb4 ENGINE=InnoDB;

CREATE INDEX IF NOT EXISTS lockportal_handover_live ON lockportal_handover (account_id, live);

CREATE INDEX IF NOT EXISTS lockportal_handover_wide_on_id ON lockportal_handover (supplier_id, `on`, id);

CREATE TABLE IF NOT EXISTS lockportal_held_message (
    supplier_id BINARY(16) NOT NULL, 
    id BINARY(16) NOT NULL, 
    account_id BINARY(16) NOT NULL, 
    version BIGINT NOT NULL, 
    n BIGINT NOT NULL, 
    wake_at DATETIME(6) NOT NULL, 
    attempts BIGINT NOT NULL, 
    live BOOL NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
)CHARSET=utf8mb4 ENGINE=InnoDB;

CREATE INDEX IF NOT EXISTS lockportal_held_message_live ON lockportal_held_message (account_id, live);

CREATE INDEX IF NOT EXISTS lockportal_held_message_wake ON lockportal_held_message (supplier_id, wake_at);

CREATE TABLE IF NOT EXISTS lockportal_inflow (
    supplier_id BINARY(16) NOT NULL, 
    id BINARY(16) NOT NULL, 
    account_id BINARY(16) NOT NULL, 
    number BIGINT NOT NULL, 
    value_on DATE NOT NULL, 
    payment_id BINARY(16), 
    moved LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    settled BOOL NOT NULL, 
    live BOOL NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
)CHARSET=utf8mb4 ENGINE=InnoDB;

CREATE INDEX IF NOT EXISTS lockportal_inflow_live ON lockportal_inflow (account_id, live);

CREATE TABLE IF NOT EXISTS lockportal_instalment_plan (
    supplier_id BINARY(16) NOT NULL, 
    id BINARY(16) NOT NULL, 
    account_id BINARY(16) NOT NULL, 
    contact_id BINARY(16), 
    total_minor BIGINT NOT NULL, 
    total_currency VARCHAR(3) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    documents LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    instalments LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    method VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    method_id BINARY(16) NOT NULL, 
    status VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    reason VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    agreed_at DATETIME(6) NOT NULL, 
    live BOOL NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
)CHARSET=utf8mb4 ENGINE=InnoDB;

CREATE INDEX IF NOT EXISTS lockportal_instalment_plan_agreed_at_id ON lockportal_instalment_plan (account_id, agreed_at, id);

CREATE INDEX IF NOT EXISTS lockportal_instalment_plan_live ON lockportal_instalment_plan (account_id, live);

CREATE TABLE IF NOT EXISTS lockportal_journal (
    supplier_id BINARY(16) NOT NULL, 
    account_id BINARY(16) NOT NULL, 
    version BIGINT NOT NULL, 
    n INTEGER NOT NULL, 
    type VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    stamp_id BINARY(16) NOT NULL, 
    at DATETIME(6) NOT NULL, 
    `by` VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    ids LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    `body` LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, version, n)
)CHARSET=utf8mb4 ENGINE=InnoDB;

CREATE TRIGGER IF NOT EXISTS lockportal_journal_no_update BEFORE UPDATE ON lockportal_journal FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'lockportal_journal is append-only';

CREATE TRIGGER IF NOT EXISTS lockportal_journal_no_delete BEFORE DELETE ON lockportal_journal FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'lockportal_journal is append-only';

CREATE TABLE IF NOT EXISTS lockportal_key (
    supplier_id BINARY(16) NOT NULL, 
    account_id BINARY(16) NOT NULL, 
    `key` BINARY(16) NOT NULL, 
    fingerprint BINARY(32) NOT NULL, 
    version BIGINT NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, `key`)
)CHARSET=utf8mb4 ENGINE=InnoDB;

CREATE TABLE IF NOT EXISTS lockportal_link_requested (
    supplier_id BINARY(16) NOT NULL, 
    id BINARY(16) NOT NULL, 
    account_id BINARY(16) NOT NULL, 
    email VARCHAR(254) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    binding BINARY(32) NOT NULL, 
    next_path VARCHAR(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    asked_at DATETIME(6) NOT NULL, 
    expires_at DATETIME(6) NOT NULL, 
    wake_at DATETIME(6) NOT NULL, 
    attempts BIGINT NOT NULL, 
    live BOOL NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
)CHARSET=utf8mb4 ENGINE=InnoDB;

CREATE INDEX IF NOT EXISTS lockportal_link_requested_live ON lockportal_link_requested (account_id, live);

CREATE INDEX IF NOT EXISTS lockportal_link_requested_wake ON lockportal_link_requested (supplier_id, wake_at);

CREATE TABLE IF NOT EXISTS lockportal_login_link (
    supplier_id BINARY(16) NOT NULL, 
    id BINARY(16) NOT NULL, 
    account_id BINARY(16) NOT NULL, 
    state VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    binding BINARY(32) NOT NULL, 
    next_path VARCHAR(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    asked_at DATETIME(6) NOT NULL, 
    created_at DATETIME(6) NOT NULL, 
    expires_at DATETIME(6) NOT NULL, 
    used_at DATETIME(6), 
    tries BIGINT NOT NULL, 
    wake_at DATETIME(6), 
    live BOOL NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
)CHARSET=utf8mb4 ENGINE=InnoDB;

CREATE INDEX IF NOT EXISTS lockportal_login_link_live ON lockportal_login_link (account_id, live);

CREATE INDEX IF NOT EXISTS lockportal_login_link_wake ON lockportal_login_link (supplier_id, wake_at);

CREATE TABLE IF NOT EXISTS lockportal_note (
    supplier_id BINARY(16) NOT NULL, 
    id BINARY(16) NOT NULL, 
    account_id BINARY(16) NOT NULL, 
    kind VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    at DATETIME(6) NOT NULL, 
    `by` VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    text LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    outcome VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    contact_id BINARY(16), 
    document_id BINARY(16), 
    task_id BINARY(16), 
    promise_id BINARY(16), 
    dispute_id BINARY(16), 
    mentions LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    live BOOL NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
)CHARSET=utf8mb4 ENGINE=InnoDB;

CREATE INDEX IF NOT EXISTS lockportal_note_at_id ON lockportal_note (account_id, at, id);

CREATE INDEX IF NOT EXISTS lockportal_note_live ON lockportal_note (account_id, live);

CREATE TABLE IF NOT EXISTS lockportal_operation (
    supplier_id BINARY(16) NOT NULL, 
    id BINARY(16) NOT NULL, 
    account_id BINARY(16) NOT NULL, 
    payment_id BINARY(16) NOT NULL, 
    kind VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    amount_minor BIGINT NOT NULL, 
    amount_currency VARCHAR(3) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    parent_id BINARY(16), 
    merchant_account VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    reason VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    created_at DATETIME(6) NOT NULL, 
    payer LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin, 
    closes BOOL NOT NULL, 
    return_days BIGINT NOT NULL, 
    polled BOOL NOT NULL, 
    note LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    observations LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    status VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    gateway_ref VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    sends BIGINT NOT NULL, 
    first_sent_at DATETIME(6), 
    sent_at DATETIME(6), 
    asked BIGINT NOT NULL, 
    wake_at DATETIME(6), 
    live BOOL NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
)CHARSET=utf8mb4 ENGINE=InnoDB;

CREATE INDEX IF NOT EXISTS lockportal_operation_live ON lockportal_operation (account_id, live);

CREATE INDEX IF NOT EXISTS lockportal_operation_payment_id_id ON lockportal_operation (account_id, payment_id, id);

CREATE INDEX IF NOT EXISTS lockportal_operation_wake ON lockportal_operation (supplier_id, wake_at);

CREATE INDEX IF NOT EXISTS lockportal_operation_wide_gateway_ref ON lockportal_operation (supplier_id, gateway_ref);

CREATE TABLE IF NOT EXISTS lockportal_outbox (
    supplier_id BINARY(16) NOT NULL, 
    account_id BINARY(16) NOT NULL, 
    subscriber VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    version BIGINT NOT NULL, 
    wake_at DATETIME(6) NOT NULL, 
    attempts INTEGER NOT NULL, 
    reason VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, subscriber)
)CHARSET=utf8mb4 ENGINE=InnoDB;

CREATE INDEX IF NOT EXISTS lockportal_outbox_wake ON lockportal_outbox (supplier_id, subscriber, wake_at);

CREATE TABLE IF NOT EXISTS lockportal_parked_event (
    supplier_id BINARY(16) NOT NULL, 
    id BINARY(16) NOT NULL, 
    account_id BINARY(16) NOT NULL, 
    merchant_account VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    event_id VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    number BIGINT NOT NULL, 
    type VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    observation LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    parked_at DATETIME(6) NOT NULL, 
    tries BIGINT NOT NULL, 
    done BOOL NOT NULL, 
    given_up BOOL NOT NULL, 
    raw LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    note LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    wake_at DATETIME(6), 
    live BOOL NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
)CHARSET=utf8mb4 ENGINE=InnoDB;

CREATE INDEX IF NOT EXISTS lockportal_parked_event_live ON lockportal_parked_event (account_id, live);

CREATE INDEX IF NOT EXISTS lockportal_parked_event_wake ON lockportal_parked_event (supplier_id, wake_at);

CREATE TABLE IF NOT EXISTS lockportal_payment (
    supplier_id BINARY(16) NOT NULL, 
    id BINARY(16) NOT NULL, 
    account_id BINARY(16) NOT NULL, 
    reference VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    amount_minor BIGINT NOT NULL, 
    amount_currency VARCHAR(3) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    `lines` LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    credits LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    on_account_minor BIGINT NOT NULL, 
    on_account_currency VARCHAR(3) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    fee_minor BIGINT NOT NULL, 
    fee_currency VARCHAR(3) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    method VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    merchant_account VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    method_id BINARY(16), 
    contact_id BINARY(16), 
    saves BOOL NOT NULL, 
    schedule_id BINARY(16), 
    deposit_id BINARY(16), 
    operations LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    totals LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    state VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    unknown BOOL NOT NULL, 
    needs_review BOOL NOT NULL, 
    problems BIGINT NOT NULL, 
    reviewed BIGINT NOT NULL, 
    review_note LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    started_at DATETIME(6) NOT NULL, 
    started_on DATE NOT NULL, 
    apply_on VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    posted BIGINT NOT NULL, 
    credited BOOL NOT NULL, 
    rest_posted BIGINT NOT NULL, 
    fee_posted BIGINT NOT NULL, 
    foreign_posted LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    live BOOL NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
)CHARSET=utf8mb4 ENGINE=InnoDB;

CREATE INDEX IF NOT EXISTS lockportal_payment_live ON lockportal_payment (account_id, live);

CREATE INDEX IF NOT EXISTS lockportal_payment_started_at_id ON lockportal_payment (account_id, started_at, id);

CREATE INDEX IF NOT EXISTS lockportal_payment_wide_live_started_at_id ON lockportal_payment (supplier_id, live, started_at, id);

CREATE INDEX IF NOT EXISTS lockportal_payment_wide_needs_review_started_at_id ON lockportal_payment (supplier_id, needs_review, started_at, id);

CREATE INDEX IF NOT EXISTS lockportal_payment_wide_started_at_id ON lockportal_payment (supplier_id, started_at, id);

CREATE TABLE IF NOT EXISTS lockportal_person (
    supplier_id BINARY(16) NOT NULL, 
    id BINARY(16) NOT NULL, 
    account_id BINARY(16) NOT NULL, 
    email VARCHAR(254) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    live BOOL NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
)CHARSET=utf8mb4 ENGINE=InnoDB;

CREATE INDEX IF NOT EXISTS lockportal_person_live ON lockportal_person (account_id, live);

CREATE TABLE IF NOT EXISTS lockportal_position (
    supplier_id BINARY(16) NOT NULL, 
    account_id BINARY(16) NOT NULL, 
    subscriber VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    version BIGINT NOT NULL, 
    n INTEGER NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, subscriber)
)CHARSET=utf8mb4 ENGINE=InnoDB;

CREATE TABLE IF NOT EXISTS lockportal_preference (
    supplier_id BINARY(16) NOT NULL, 
    id BINARY(16) NOT NULL, 
    account_id BINARY(16) NOT NULL, 
    contact_id BINARY(16) NOT NULL, 
    category VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    channel VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    wanted BOOL NOT NULL, 
    live BOOL NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
)CHARSET=utf8mb4 ENGINE=InnoDB;

CREATE INDEX IF NOT EXISTS lockportal_preference_live ON lockportal_preference (account_id, live);

CREATE TABLE IF NOT EXISTS lockportal_promise (
    supplier_id BINARY(16) NOT NULL, 
    id BINARY(16) NOT NULL, 
    account_id BINARY(16) NOT NULL, 
    amount_minor BIGINT NOT NULL, 
    amount_currency VARCHAR(3) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    `lines` LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    parts LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    last_on DATE NOT NULL, 
    note LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    method VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin, 
    status VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    reason VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    contact_id BINARY(16), 
    made_at DATETIME(6) NOT NULL, 
    made_on DATE NOT NULL, 
    judged_at DATETIME(6), 
    judged_on DATE, 
    paid BIGINT NOT NULL, 
    verdicts BIGINT NOT NULL, 
    replaces BINARY(16), 
    replaced_by BINARY(16), 
    moves BIGINT NOT NULL, 
    since BIGINT NOT NULL, 
    reminded_on DATE, 
    settled BOOL NOT NULL, 
    wake_at DATETIME(6), 
    live BOOL NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
)CHARSET=utf8mb4 ENGINE=InnoDB;

CREATE INDEX IF NOT EXISTS lockportal_promise_live ON lockportal_promise (account_id, live);

CREATE INDEX IF NOT EXISTS lockportal_promise_made_at_id ON lockportal_promise (account_id, made_at, id);

CREATE INDEX IF NOT EXISTS lockportal_promise_wake ON lockportal_promise (supplier_id, wake_at);

CREATE INDEX IF NOT EXISTS lockportal_promise_wide_judged_at_id ON lockportal_promise (supplier_id, judged_at, id);

CREATE INDEX IF NOT EXISTS lockportal_promise_wide_status_last_on_id ON lockportal_promise (supplier_id, status, last_on, id);

CREATE TABLE IF NOT EXISTS lockportal_promised_cash (
    supplier_id BINARY(16) NOT NULL, 
    id BINARY(16) NOT NULL, 
    account_id BINARY(16) NOT NULL, 
    promise_id BINARY(16) NOT NULL, 
    `on` DATE NOT NULL, 
    amount_minor BIGINT NOT NULL, 
    amount_currency VARCHAR(3) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    live BOOL NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
)CHARSET=utf8mb4 ENGINE=InnoDB;

CREATE INDEX IF NOT EXISTS lockportal_promised_cash_live ON lockportal_promised_cash (account_id, live);

CREATE INDEX IF NOT EXISTS lockportal_promised_cash_promise_id ON lockportal_promised_cash (account_id, promise_id);

CREATE INDEX IF NOT EXISTS lockportal_promised_cash_wide_on_id ON lockportal_promised_cash (supplier_id, `on`, id);

CREATE TABLE IF NOT EXISTS lockportal_promised_share (
    supplier_id BINARY(16) NOT NULL, 
    id BINARY(16) NOT NULL, 
    account_id BINARY(16) NOT NULL, 
    promise_id BINARY(16) NOT NULL, 
    document_id BINARY(16) NOT NULL, 
    until DATE NOT NULL, 
    amount_minor BIGINT NOT NULL, 
    amount_currency VARCHAR(3) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    live BOOL NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
)CHARSET=utf8mb4 ENGINE=InnoDB;

CREATE INDEX IF NOT EXISTS lockportal_promised_share_document_id ON lockportal_promised_share (account_id, document_id);

CREATE INDEX IF NOT EXISTS lockportal_promised_share_live ON lockportal_promised_share (account_id, live);

CREATE INDEX IF NOT EXISTS lockportal_promised_share_promise_id ON lockportal_promised_share (account_id, promise_id);

CREATE TABLE IF NOT EXISTS lockportal_quota (
    supplier_id BINARY(16) NOT NULL, 
    account_id BINARY(16) NOT NULL, 
    `key` BINARY(32) NOT NULL, 
    hits BIGINT NOT NULL, 
    until DATETIME(6) NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, `key`)
)CHARSET=utf8mb4 ENGINE=InnoDB;

CREATE INDEX IF NOT EXISTS lockportal_quota_until ON lockportal_quota (supplier_id, until);

CREATE TABLE IF NOT EXISTS lockportal_received_mail (
    supplier_id BINARY(16) NOT NULL, 
    id BINARY(16) NOT NULL, 
    account_id BINARY(16) NOT NULL, 
    address_id BINARY(16) NOT NULL, 
    received_at DATETIME(6) NOT NULL, 
    outcome VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin, 
    live BOOL NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
)CHARSET=utf8mb4 ENGINE=InnoDB;

CREATE INDEX IF NOT EXISTS lockportal_received_mail_live ON lockportal_received_mail (account_id, live);

CREATE TABLE IF NOT EXISTS lockportal_reminder (
    supplier_id BINARY(16) NOT NULL, 
    id BINARY(16) NOT NULL, 
    account_id BINARY(16) NOT NULL, 
    kind VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    `on` DATE NOT NULL, 
    at DATETIME(6) NOT NULL, 
    policy VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    level BIGINT NOT NULL, 
    level_name VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    days BIGINT NOT NULL, 
    tell LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    `lines` LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    charges LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    escalations LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    status VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    people BIGINT NOT NULL, 
    live BOOL NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
)CHARSET=utf8mb4 ENGINE=InnoDB;

CREATE INDEX IF NOT EXISTS lockportal_reminder_at_id ON lockportal_reminder (account_id, at, id);

CREATE INDEX IF NOT EXISTS lockportal_reminder_live ON lockportal_reminder (account_id, live);

CREATE INDEX IF NOT EXISTS lockportal_reminder_wide_at_id ON lockportal_reminder (supplier_id, at, id);

CREATE TABLE IF NOT EXISTS lockportal_reply_address (
    supplier_id BINARY(16) NOT NULL, 
    id BINARY(16) NOT NULL, 
    account_id BINARY(16) NOT NULL, 
    kind VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    thread_id BINARY(16) NOT NULL, 
    contact_id BINARY(16) NOT NULL, 
    opened_at DATETIME(6) NOT NULL, 
    live BOOL NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
)CHARSET=utf8mb4 ENGINE=InnoDB;

CREATE INDEX IF NOT EXISTS lockportal_reply_address_live ON lockportal_reply_address (account_id, live);

CREATE INDEX IF NOT EXISTS lockportal_reply_address_wide_id ON lockportal_reply_address (supplier_id, id);

CREATE TABLE IF NOT EXISTS lockportal_salt (
    supplier_id BINARY(16) NOT NULL, 
    account_id BINARY(16) NOT NULL, 
    subject_id BINARY(16) NOT NULL, 
    salt BINARY(32) NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, subject_id)
)CHARSET=utf8mb4 ENGINE=InnoDB;

CREATE TABLE IF NOT EXISTS lockportal_saved_method (
    supplier_id BINARY(16) NOT NULL, 
    id BINARY(16) NOT NULL, 
    account_id BINARY(16) NOT NULL, 
    contact_id BINARY(16), 
    kind VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    merchant_account VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    ref VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    customer_ref VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    mandate_ref VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    brand VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    last4 VARCHAR(4) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    expires_on DATE, 
    bank VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    status VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    off_session BOOL NOT NULL, 
    `default` BOOL NOT NULL, 
    reason VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    detached BOOL NOT NULL, 
    added_at DATETIME(6) NOT NULL, 
    asked BIGINT NOT NULL, 
    wake_at DATETIME(6), 
    live BOOL NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
)CHARSET=utf8mb4 ENGINE=InnoDB;

CREATE INDEX IF NOT EXISTS lockportal_saved_method_added_at_id ON lockportal_saved_method (account_id, added_at, id);

CREATE INDEX IF NOT EXISTS lockportal_saved_method_live ON lockportal_saved_method (account_id, live);

CREATE INDEX IF NOT EXISTS lockportal_saved_method_wake ON lockportal_saved_method (supplier_id, wake_at);

CREATE TABLE IF NOT EXISTS lockportal_scheduled_payment (
    supplier_id BINARY(16) NOT NULL, 
    id BINARY(16) NOT NULL, 
    account_id BINARY(16) NOT NULL, 
    contact_id BINARY(16), 
    `on` DATE NOT NULL, 
    amount_minor BIGINT NOT NULL, 
    amount_currency VARCHAR(3) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    `lines` LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    credits LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    on_account_minor BIGINT NOT NULL, 
    on_account_currency VARCHAR(3) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    method VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    method_id BINARY(16) NOT NULL, 
    discounts BOOL NOT NULL, 
    origin VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    origin_id BINARY(16), 
    status VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    reason VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    final BOOL NOT NULL, 
    payment_id BINARY(16), 
    made_at DATETIME(6) NOT NULL, 
    wake_at DATETIME(6), 
    live BOOL NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
)CHARSET=utf8mb4 ENGINE=InnoDB;

CREATE INDEX IF NOT EXISTS lockportal_scheduled_payment_live ON lockportal_scheduled_payment (account_id, live);

CREATE INDEX IF NOT EXISTS lockportal_scheduled_payment_on_id ON lockportal_scheduled_payment (account_id, `on`, id);

CREATE INDEX IF NOT EXISTS lockportal_scheduled_payment_origin_id_id ON lockportal_scheduled_payment (account_id, origin_id, id);

CREATE INDEX IF NOT EXISTS lockportal_scheduled_payment_wake ON lockportal_scheduled_payment (supplier_id, wake_at);

CREATE TABLE IF NOT EXISTS lockportal_session (
    supplier_id BINARY(16) NOT NULL, 
    id BINARY(16) NOT NULL, 
    account_id BINARY(16) NOT NULL, 
    secret BINARY(32) NOT NULL, 
    created_at DATETIME(6) NOT NULL, 
    seen_at DATETIME(6) NOT NULL, 
    expires_at DATETIME(6) NOT NULL, 
    ended_at DATETIME(6), 
    user_agent VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    wake_at DATETIME(6), 
    live BOOL NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
)CHARSET=utf8mb4 ENGINE=InnoDB;

CREATE INDEX IF NOT EXISTS lockportal_session_live ON lockportal_session (account_id, live);

CREATE INDEX IF NOT EXISTS lockportal_session_wake ON lockportal_session (supplier_id, wake_at);

CREATE TABLE IF NOT EXISTS lockportal_share_link (
    supplier_id BINARY(16) NOT NULL, 
    id BINARY(16) NOT NULL, 
    account_id BINARY(16) NOT NULL, 
    document_id BINARY(16) NOT NULL, 
    number VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    contact_id BINARY(16) NOT NULL, 
    state VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    created_at DATETIME(6) NOT NULL, 
    expires_at DATETIME(6) NOT NULL, 
    ended_at DATETIME(6), 
    reason VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    wake_at DATETIME(6), 
    live BOOL NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
)CHARSET=utf8mb4 ENGINE=InnoDB;

CREATE INDEX IF NOT EXISTS lockportal_share_link_live ON lockportal_share_link (account_id, live);

CREATE INDEX IF NOT EXISTS lockportal_share_link_wake ON lockportal_share_link (supplier_id, wake_at);

CREATE TABLE IF NOT EXISTS lockportal_share_link_used (
    supplier_id BINARY(16) NOT NULL, 
    id BINARY(16) NOT NULL, 
    account_id BINARY(16) NOT NULL, 
    link_id BINARY(16) NOT NULL, 
    `use` VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    at DATETIME(6) NOT NULL, 
    user_agent VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    live BOOL NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
)CHARSET=utf8mb4 ENGINE=InnoDB;

CREATE INDEX IF NOT EXISTS lockportal_share_link_used_live ON lockportal_share_link_used (account_id, live);

CREATE TABLE IF NOT EXISTS lockportal_shared_paper (
    supplier_id BINARY(16) NOT NULL, 
    id BINARY(16) NOT NULL, 
    account_id BINARY(16) NOT NULL, 
    kind VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    title VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    language VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    valid_from DATE, 
    valid_until DATE, 
    name VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    media_type VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    size BIGINT NOT NULL, 
    sha256 BINARY(32) NOT NULL, 
    published_at DATETIME(6) NOT NULL, 
    withdrawn_at DATETIME(6), 
    live BOOL NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
)CHARSET=utf8mb4 ENGINE=InnoDB;

CREATE INDEX IF NOT EXISTS lockportal_shared_paper_live ON lockportal_shared_paper (account_id, live);

CREATE INDEX IF NOT EXISTS lockportal_shared_paper_wide_sha256 ON lockportal_shared_paper (supplier_id, sha256);

CREATE TABLE IF NOT EXISTS lockportal_suppression (
    supplier_id BINARY(16) NOT NULL, 
    id BINARY(16) NOT NULL, 
    account_id BINARY(16) NOT NULL, 
    contact_id BINARY(16) NOT NULL, 
    email VARCHAR(254) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    status VARCHAR(16) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    kind VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    message_id BINARY(16) NOT NULL, 
    version BIGINT NOT NULL, 
    n BIGINT NOT NULL, 
    suppressed_at DATETIME(6) NOT NULL, 
    lifted_at DATETIME(6), 
    live BOOL NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
)CHARSET=utf8mb4 ENGINE=InnoDB;

CREATE INDEX IF NOT EXISTS lockportal_suppression_contact_id ON lockportal_suppression (account_id, contact_id);

CREATE INDEX IF NOT EXISTS lockportal_suppression_live ON lockportal_suppression (account_id, live);

CREATE INDEX IF NOT EXISTS lockportal_suppression_wide_live_suppressed_at_id ON lockportal_suppression (supplier_id, live, suppressed_at, id);

CREATE TABLE IF NOT EXISTS lockportal_task (
    supplier_id BINARY(16) NOT NULL, 
    id BINARY(16) NOT NULL, 
    account_id BINARY(16) NOT NULL, 
    kind VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    state VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    owner VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    due_on DATE NOT NULL, 
    reason LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    about_id BINARY(16), 
    opened_at DATETIME(6) NOT NULL, 
    closed_at DATETIME(6), 
    outcome VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    note LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    live BOOL NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
)CHARSET=utf8mb4 ENGINE=InnoDB;

CREATE INDEX IF NOT EXISTS lockportal_task_live ON lockportal_task (account_id, live);

CREATE INDEX IF NOT EXISTS lockportal_task_live_due_on_id ON lockportal_task (account_id, live, due_on, id);

CREATE INDEX IF NOT EXISTS lockportal_task_wide_live_owner_due_on_id ON lockportal_task (supplier_id, live, owner, due_on, id);

CREATE TABLE IF NOT EXISTS lockportal_upload (
    supplier_id BINARY(16) NOT NULL, 
    id BINARY(16) NOT NULL, 
    account_id BINARY(16) NOT NULL, 
    subject_kind VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    subject_id BINARY(16) NOT NULL, 
    name VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    media_type VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    size BIGINT NOT NULL, 
    sha256 BINARY(32) NOT NULL, 
    storage_key BINARY(32) NOT NULL, 
    flags LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    note LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    internal BOOL NOT NULL, 
    state VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    contact_id BINARY(16), 
    staff VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    sent_at DATETIME(6) NOT NULL, 
    scanned_at DATETIME(6), 
    verdict VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    wake_at DATETIME(6), 
    live BOOL NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
)CHARSET=utf8mb4 ENGINE=InnoDB;

CREATE INDEX IF NOT EXISTS lockportal_upload_live ON lockportal_upload (account_id, live);

CREATE INDEX IF NOT EXISTS lockportal_upload_sent_at_id ON lockportal_upload (account_id, sent_at, id);

CREATE INDEX IF NOT EXISTS lockportal_upload_subject_kind_subject_id_id ON lockportal_upload (account_id, subject_kind, subject_id, id);

CREATE INDEX IF NOT EXISTS lockportal_upload_wake ON lockportal_upload (supplier_id, wake_at);

CREATE INDEX IF NOT EXISTS lockportal_upload_wide_storage_key ON lockportal_upload (supplier_id, storage_key);

CREATE TABLE IF NOT EXISTS lockportal_upload_room (
    supplier_id BINARY(16) NOT NULL, 
    id BINARY(16) NOT NULL, 
    account_id BINARY(16) NOT NULL, 
    files BIGINT NOT NULL, 
    size BIGINT NOT NULL, 
    live BOOL NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
)CHARSET=utf8mb4 ENGINE=InnoDB;

CREATE INDEX IF NOT EXISTS lockportal_upload_room_live ON lockportal_upload_room (account_id, live);

CREATE TABLE IF NOT EXISTS lockportal_webhook_attempt (
    supplier_id BINARY(16) NOT NULL, 
    id BINARY(16) NOT NULL, 
    account_id BINARY(16) NOT NULL, 
    endpoint_id BINARY(16) NOT NULL, 
    call_id BINARY(16) NOT NULL, 
    type VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    version BIGINT NOT NULL, 
    n BIGINT NOT NULL, 
    number BIGINT NOT NULL, 
    at DATETIME(6) NOT NULL, 
    outcome VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    last BOOL NOT NULL, 
    status BIGINT NOT NULL, 
    reason LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    live BOOL NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
)CHARSET=utf8mb4 ENGINE=InnoDB;

CREATE INDEX IF NOT EXISTS lockportal_webhook_attempt_call_id_at ON lockportal_webhook_attempt (account_id, call_id, at);

CREATE INDEX IF NOT EXISTS lockportal_webhook_attempt_live ON lockportal_webhook_attempt (account_id, live);

CREATE INDEX IF NOT EXISTS lockportal_webhook_attempt_wide_at_id ON lockportal_webhook_attempt (supplier_id, at, id);

CREATE INDEX IF NOT EXISTS lockportal_webhook_attempt_wide_endpoint_id_at_id ON lockportal_webhook_attempt (supplier_id, endpoint_id, at, id);

CREATE INDEX IF NOT EXISTS lockportal_webhook_attempt_wide_id ON lockportal_webhook_attempt (supplier_id, id);

CREATE TABLE IF NOT EXISTS lockportal_webhook_call (
    supplier_id BINARY(16) NOT NULL, 
    id BINARY(16) NOT NULL, 
    account_id BINARY(16) NOT NULL, 
    endpoint_id BINARY(16) NOT NULL, 
    type VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    version BIGINT NOT NULL, 
    n BIGINT NOT NULL, 
    since DATETIME(6) NOT NULL, 
    wake_at DATETIME(6) NOT NULL, 
    attempts BIGINT NOT NULL, 
    live BOOL NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
)CHARSET=utf8mb4 ENGINE=InnoDB;

CREATE INDEX IF NOT EXISTS lockportal_webhook_call_live ON lockportal_webhook_call (account_id, live);

CREATE INDEX IF NOT EXISTS lockportal_webhook_call_wake ON lockportal_webhook_call (supplier_id, wake_at);

CREATE TABLE IF NOT EXISTS lockportal_webhook_endpoint (
    supplier_id BINARY(16) NOT NULL, 
    id BINARY(16) NOT NULL, 
    account_id BINARY(16) NOT NULL, 
    name VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    url LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    events LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    write_back BOOL NOT NULL, 
    state VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    reason VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    generation BIGINT NOT NULL, 
    rotating_until DATETIME(6), 
    added_at DATETIME(6) NOT NULL, 
    failing_since DATETIME(6), 
    live BOOL NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
)CHARSET=utf8mb4 ENGINE=InnoDB;

CREATE INDEX IF NOT EXISTS lockportal_webhook_endpoint_live ON lockportal_webhook_endpoint (account_id, live);

CREATE TABLE IF NOT EXISTS lockportal_write_back_refusal (
    supplier_id BINARY(16) NOT NULL, 
    id BINARY(16) NOT NULL, 
    account_id BINARY(16) NOT NULL, 
    endpoint_id BINARY(16) NOT NULL, 
    endpoint VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    type VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    status BIGINT NOT NULL, 
    reason LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, 
    refused_at DATETIME(6) NOT NULL, 
    settled_at DATETIME(6), 
    live BOOL NOT NULL, 
    PRIMARY KEY (supplier_id, account_id, id)
)CHARSET=utf8mb4 ENGINE=InnoDB;

CREATE INDEX IF NOT EXISTS lockportal_write_back_refusal_live ON lockportal_write_back_refusal (account_id, live);

INSERT INTO lockportal_version (version_num) VALUES ('0001') RETURNING lockportal_version.version_num;

COMMIT;

