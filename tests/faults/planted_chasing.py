"""Faults to be planted in chasing money, one at a time; the tests that each names must find it.

Who is written to and when (W), what a person asks for (A) also in the workbook's form (F), the outbox and its claims
(O), what leaves the house (E), words and the wall around templates (T), deciding and sending (S). In the words of
`planted.py`; most were planted while the code was written, and each breaks a promise: nothing typed is lost, a
person decides, nobody is written to twice, every figure proves itself, no text is ever code.
"""

from __future__ import annotations

from typing import Final

from tests.faults.planted import Edit, Fault

_CORE = "arc_sheets"
DECIDING, STAGES, PLANNING, STANDING = (
    f"{_CORE}/{name}.py" for name in ("deciding", "stages", "planning", "standing")
)
PROMISES, TOUCHES, HOURS, CONTACTS = (
    f"{_CORE}/{name}.py" for name in ("promises", "touches", "hours", "contacts")
)
_SYNC = "sync/arc_sync"
_ACTIONS, _REMINDING, _MAIL, _LEDGER = (
    f"{_SYNC}/{folder}" for folder in ("agent/actions", "agent/reminding", "mail", "ledger")
)
FORM, ROUND, SHOWN, BOOK = (
    f"{_SYNC}/{name}.py" for name in ("agent/form", "agent/round", "books/form", "books/memory")
)
OUTBOX, SQL, DRAFT = (f"{_LEDGER}/{name}.py" for name in ("outbox", "sqloutbox", "outdraft"))
SMTP, IMAP, FILES, TEXTS = (f"{_MAIL}/{name}.py" for name in ("smtp", "imap", "drafts", "texts"))
LAYOUT, FILLING, CHECKING = (f"{_MAIL}/{name}.py" for name in ("layout", "filling", "checking"))
SENDING, LOOKING, OUTCOMES, PROPOSING = (
    f"{_REMINDING}/{name}.py" for name in ("sending", "looking", "outcomes", "proposing")
)

TURN, PERFORM, WORKER = (f"{_SYNC}/agent/running/{name}.py" for name in ("turn", "perform", "worker"))
WORK = f"{_SYNC}/agent/work.py"
DECISIONS, BREAKERS = (f"{_REMINDING}/{name}.py" for name in ("deciding", "breakers"))

_HOLDS = "if posted.state is not S.CLAIMED or posted.owner != owner or lapsed(posted, now):"
_MAY_MOVE = "or (back and posted.state is S.SENDING and not owner)"
_TOLD = "told = json.dumps([book, nonce, block.name, customer, typed])"
_ONCE = "test_form::test_a_round_may_die_at_every_step_and_acts_once"
_NUMBER = "test_form::test_the_number_of_a_request_follows_from_all_that_is_asked"


def _one(name: str, what: str, path: str, old: str, new: str, *by: str) -> Fault:
    return Fault(name, what, (Edit(path, old, new),), by)


FAULTS: Final = (
    # -- who is written to, and when -------------------------------------------------------------------
    _one("W01", "an old invoice begins with the stage of its age", DECIDING, "level, passed = claim.progress.level + 1, None", "level, passed = max(claim.progress.level + 1, desk.ladder.allowed(claim.late)), None", "test_planning"),
    _one("W02", "an invoice is lifted over a message that it has missed", STAGES, "lifted = min(level, allowed, furthest[was.level + 1])", "lifted = min(level, allowed)", "test_planning"),
    _one("W03", "the interval between two messages is a day short", DECIDING, "last + timedelta(desk.policy.minimum_interval)) if last", "last + timedelta(desk.policy.minimum_interval - 1)) if last", "test_planning"),
    _one("W04", "reminders dated after today are forgotten", TOUCHES, "machine = Counter((r.customer, r.on) for r in reached if r.written)", "machine = Counter((r.customer, r.on) for r in reached if r.written and r.on <= as_of)", "test_touches"),
    _one("W05", "emails sent by hand do not count", TOUCHES, "sorted((machine | touched).items())", "sorted(machine.items())", "test_touches"),
    _one("W06", "two currencies, two messages on one day", PLANNING, "        if proposal.customer in served:\n", "        if False:\n", "test_planning"),
    _one("W07", "the daily cap counts from zero each time", PLANNING, "desk.policy.daily_cap - desk.written.on(desk.as_of)", "desk.policy.daily_cap", "test_planning"),
    _one("W08", "credit is not taken off what is asked for", DECIDING, "sum(item.balance for item in items) - case.credit", "sum(item.balance for item in items)", "test_planning"),
    _one("W09", "a promise does not protect its invoice", STANDING, "note(Against.PROMISED, found.document[waiting], waiting)", "pass", "test_planning"),
    _one("W10", "an open dispute does not protect its invoice", STANDING, "note(Against.DISPUTED, places[places >= 0], contested[places >= 0])", "pass", "test_planning"),
    _one("W11", "do not contact is not looked at", DECIDING, "if person is None or person.barred:", "if person is None:", "test_planning"),
    _one("W12", "old bank data do not hold the run", PLANNING, "if age <= desk.policy.bank_days:", "if True:", "test_planning"),
    _one("W13", "the key of a proposal changes with its balance", DECIDING, "sorted(item.number for item in items)", "sorted((item.number, item.balance) for item in items)", "test_planning"),
    _one("W14", "instalments of a plan do not add up", PROMISES, "np.where(joined, running, amount)", "amount", "test_promise_states"),
    _one("W15", "a promise that was replaced counts twice", f"{_CORE}/kpi_figures.py", "    counted &= ~found.among(State.REPLACED, State.VOID, State.AHEAD)\n", "", "test_promise_states"),
    _one("W16", "business days are looked up in UTC", HOURS, "and is_business_day(local.date(), policy)", "and is_business_day(moment.date(), policy)", "test_hours"),
    _one("W17", "an address with a line break is taken", CONTACTS, "if not _LOCAL.fullmatch(local):", "if not _LOCAL.match(local):", "test_contacts"),
    _one("W18", "texts go to who stopped them", f"{_CORE}/routes.py", 'if wish == "Text" and person.phone and not stopped:', 'if wish == "Text" and person.phone:', "test_routes"),
    _one("W19", "a skip starts no interval", DECIDING, "(desk.written.last(case.customer), settled and settled.on)", "(desk.written.last(case.customer), None)", "test_planning::test_nothing_harsher_follows_a_skip_before_the_interval_is_over"),
    _one("W20", "what has been through all stages is asked for again", DECIDING, "if claim.progress.level < len(ladder.after) - 1)", "if True)", "test_schedule::test_after_the_last_stage_nothing_of_the_same_invoices_comes_again"),
    _one("W21", "another invoice is reminded of while the last task waits", DECIDING, "next(_in_hand(case, overdue, desk), overdue[0])", "overdue[0]", "test_planning::test_while_the_last_task_waits_nothing_else_is_sent_in_that_currency"),
    _one("W22", "a firm message asks for what is not due", DECIDING, "listed = everything if stage.name == STATEMENT else overdue", "listed = everything", "test_planning::test_amount_reason_and_lines_name_one_figure"),
    _one("W23", "a number is read as the firm's, wherever the customer is", f"{_CORE}/routes.py", "    country = home(person, country)\n", "", "test_routes"),
    # -- what a person asks for ------------------------------------------------------------------------
    _one("A01", "a request that comes again is carried out again", f"{_ACTIONS}/carry.py", "        if known is not None:", "        if False:", "test_actions_once"),
    _one("A02", "another request with a used number passes for it", f"{_ACTIONS}/answers.py", 'if told["asked"] != fingerprint(request):', "if False:", "test_actions_once"),
    _one("A03", "the answer is not kept", f"{_ACTIONS}/carry.py", "        t.answer(request.request, kept(request, answer))\n", "", "test_actions_once"),
    _one("A04", "a plan loses what cannot be divided", f"{_ACTIONS}/promising.py", "[total - total // count * (count - 1)]", "[total // count]", "test_actions_carry"),
    _one("A05", "another customer's invoice is taken for theirs", f"{_ACTIONS}/finding.py", 'if invoice.text("customer") != customer.text("name"):', "if False:", "test_actions_carry"),
    _one("A06", "money is applied to an invoice that is not there", f"{_ACTIONS}/paying.py", "if unknown and not request.leave_unapplied:", "if False:", "test_actions_carry"),
    _one("A07", "one click each on two letters, one of them is lost", f"{_ACTIONS}/messages.py", "draft.subject, draft.body]", "draft.subject]", "test_actions_messages"),
    # -- the workbook's form ---------------------------------------------------------------------------
    _one("F01", "what is cleared is not kept", FORM, "tuple((*at, seal(value)) for at, value in cleared), self.whose", "(), self.whose", _ONCE),
    _one("F02", "a request has another number after a crash", FORM, _TOLD, 'told = __import__("uuid").uuid4().hex', _ONCE),
    _one("F03", "the number of a request leaves the amount out", FORM, "for name, value in cells.items() if name != THEN)", 'for name, value in cells.items() if name not in (THEN, "amount"))', _NUMBER),
    _one("F04", "the same words next week are the same request", ROUND, 'plan.nonce = self.settings.rules.fresh() if self.answered.kept else ""', 'plan.nonce = ""', "test_form::test_the_same_words_next_week_are_another_call"),
    _one("F05", "what a dead round left asks again", SHOWN, "if at in self.cells and at not in left}", "if at in self.cells}", "test_form::test_what_a_dead_round_left_in_the_form_asks_for_nothing"),
    _one("F06", "Then is emptied last", FORM, "then_first = sorted(asked.cells, key=lambda name: name != THEN)", "then_first = sorted(asked.cells, key=lambda name: name == THEN)", "test_form::test_a_block_is_left_whole_where_somebody_thought_again"),
    _one("F07", "cells of the form are written without looking", BOOK, "if not self._alive or self._book.entries.get(place) != step.seen:", "if not self._alive:", "test_form::test_what_is_typed_while_it_is_carried_out_stays_and_asks_for_nothing"),
    _one("F08", "a preview takes the place of what was typed", FORM, 'if any(asked.cells.get(name, shown.get(name)) != shown.get(name) for name in ("subject", "body")):', "if False:", "test_form::test_a_preview_never_takes_the_place_of_what_was_typed"),
    # -- the outbox ------------------------------------------------------------------------------------
    _one("O01", "a sender that lost its claim sends all the same", OUTBOX, _HOLDS, "if posted.state is not S.CLAIMED or lapsed(posted, now):", "test_ledger_memory"),
    _one("O02", "a claim that ended still sends", OUTBOX, _HOLDS, _HOLDS.replace(" or lapsed(posted, now)", ""), "test_ledger_memory"),
    _one("O03", "what is on its way may leave again", OUTBOX, _HOLDS, _HOLDS.replace("posted.state is not S.CLAIMED or ", ""), "test_ledger_memory"),
    _one("O04", "what is on its way is claimed once its time is up", OUTBOX, "    if posted.state is S.CLAIMED:\n        return lapsed", "    if posted.state in HELD:\n        return lapsed", "test_ledger_memory"),
    _one("O05", "anybody puts back what is on its way", OUTBOX, f" {_MAY_MOVE}", "", "test_ledger_memory"),
    _one("O06", "one key is taken twice", DRAFT, "if _kept(message.key) in self._keys or self._now.keyed(message.key):", "if _kept(message.key) in self._keys:", "test_ledger_memory"),
    _one("O07", "the seal of a message leaves its recipient out", OUTBOX, '        "to": message.to,\n', "", "test_ledger_verify"),
    _one("O08", "SQL: a sender that lost its claim sends all the same", SQL, '    .where(_MINE, _C.state == S.CLAIMED.value, _C.until > bindparam("moment"))', '    .where(_C.id == bindparam("message"), bindparam("by") != "", _C.state == S.CLAIMED.value, _C.until > bindparam("moment"))', "test_ledger_sqlite"),
    _one("O09", "SQL: what is on its way is claimed once its time is up", SQL, "_LEFT_BEHIND: Final = _oldest(_lapsed(S.CLAIMED))", "_LEFT_BEHIND: Final = _oldest(or_(_lapsed(S.CLAIMED), _lapsed(S.SENDING)))", "test_ledger_sqlite"),
    # -- what leaves the house -------------------------------------------------------------------------
    _one("E01", "the dot goes before it is noted", SMTP, "            about_to()\n            return self._ended(offered)", "            ended = self._ended(offered)\n            about_to()\n            return ended", "test_mail_smtp"),
    _one("E02", "silence after the dot is tried again", SMTP, 'return Outcome(Fate.UNKNOWN, f"{trouble(error, self.account)} The message', 'return Outcome(Fate.LATER, f"{trouble(error, self.account)} The message', "test_mail_smtp"),
    _one("E03", "a dot at the start of a line ends the message", SMTP, "wire.send(_stuffed(content))", "wire.send(content)", "test_mail_smtp"),
    _one("E04", "bare ends of lines smuggle in a second message", SMTP, " or _bare_ends(content):", ":", "test_mail_smtp"),
    _one("E05", "what is said before TLS passes for an answer", f"{_MAIL}/wire.py", "        if self._unread:\n", "        if False:\n", "test_mail_smtp"),
    _one("E06", "the certificate is not looked at", f"{_MAIL}/logins.py", "return ssl.create_default_context()", "return ssl._create_unverified_context()", "test_mail_smtp", "test_mail_imap"),
    _one("E07", "a second draft file", FILES, "        if there:\n", "        if False:\n", "test_mail_drafts"),
    _one("E08", "a second draft in the mailbox", IMAP, '        if there:\n            return Outcome(Fate.DRAFTED, f"it was', '        if False:\n            return Outcome(Fate.DRAFTED, f"it was', "test_mail_imap"),
    _one("E09", "an unclear no of the gateway counts as a no", TEXTS, "if 400 <= status < 500 and status not in _UNCLEAR:", "if 400 <= status:", "test_mail_texts"),
    _one("E10", "a subject becomes another header", f"{_MAIL}/headers.py", "_words(one_line(text), len(name) + 2)", "_words(text, len(name) + 2)", "test_mail_compose"),
    # -- words, and the wall around templates ----------------------------------------------------------
    _one("T01", "a template is a program", CHECKING, "if not isinstance(node, _ALLOWED):", "if False:", "test_mail_checking"),
    _one("T02", "templates run without their sandbox", CHECKING, "made = ImmutableSandboxedEnvironment(\n", 'made = __import__("jinja2").Environment(\n', "test_mail_checking"),
    _one("T03", "a template may write without end", FILLING, "        if size > LARGEST:\n", "        if False:\n", "test_mail_render::test_a_hostile_template_is_reported_and_takes_no_other_down"),
    _one("T04", "a customer's text is markup", LAYOUT, 'return "".join(pieces) + escape(text[end:])', 'return "".join(pieces) + text[end:]', "test_mail_layout"),
    _one("T05", "a payment link may run a script", f"{_CORE}/wording.py", 'return link if _LINK.fullmatch(link) else ""', "return link", "test_wording"),
    _one("T06", "a message asks for more than is owed", f"{_CORE}/lines.py", "return max(0, late - credit_of(proposal))", "return late", "test_lines"),
    # -- deciding and sending --------------------------------------------------------------------------
    _one("S01", "two who decide carry out one row twice", f"{_REMINDING}/deciding.py", "if live and reminder(live) == row:", "if live:", "test_sending"),
    _one("S02", "a second attempt, whatever became of the first", f"{_REMINDING}/posting.py", "            if known[0].state not in (_DOUBTED if again else _NOT_GONE):\n                break\n", "", "test_sending"),
    _one("S03", "an ambiguous one is tried again", SENDING, "                self.outcomes.unknown(posted, outcome.said, now)", "                self._later(posted, outcome, now)", "test_sending"),
    _one("S04", "nobody looks before the last byte", SENDING, "        if verdict.do is not Do.GO:\n            raise _NotNow(verdict)\n", "", "test_sending_looks"),
    _one("S05", "rows do not follow a lost sender", OUTCOMES, "        for posted in untold:\n", "        for posted in ():\n", "test_sending"),
    _one("S06", "a refused one keeps its approval", OUTCOMES, "row._replace(status=status, decision=None, why=why)", "row._replace(status=status, why=why)", "test_sending"),
    _one("S07", "an address without a breaker", BREAKERS, "or self._addresses[to.casefold()] < most", "or True", "test_sending"),
    _one("S08", "two to one customer are both on their way", LOOKING, "_crowded(view, message, row, now) or GO", "GO", "test_sending_looks"),
    _one("S09", "payments are not seen while sending", LOOKING, "return touches or any(change.tab in _MONEY for change in changes)", "return touches", "test_sending_looks"),
    _one("S10", "disputes and promises are not seen while sending", f"{_REMINDING}/owed.py", "        if known.against[place] != Against.NOTHING:\n", "        if False:\n", "test_sending_looks"),
    _one("S11", "what a person wrote is overwritten", PROPOSING, "body=row.body if typed.body else said.body or None", "body=said.body or None", "test_reminding_planning"),
    _one("S12", "a plan overwrites what changed meanwhile", f"{_REMINDING}/planning.py", "(reminder(live) if live else None) != made.was.get(i) or row == made.was.get(i)", "row == made.was.get(i)", "test_reminding_planning"),
    _one("S20", "an older ledger sends once more", SENDING, "        look_for_newer(self.ledger, self.firm.config.book, self.firm.remote)\n", "", "test_marks"),
    _one("S27", "an older ledger that no workbook has seen sends once more", SENDING, "        elif left := self.witness.left(message.id):\n", "        elif left := None:\n", "test_witness"),
    _one("S37", "an older ledger sends a stage again where it became another message", SENDING, "        for left in self.witness.alike(marks.about):\n", "        for left in ():\n", "test_witness"),
    _one("S38", "an older ledger writes again within the interval", SENDING, "        for left in self.witness.alike(marks.whom):\n", "        for left in ():\n", "test_witness"),
    _one("S39", "what was claimed and not begun stays claimed", SENDING, "                    self._unbegun(posted)\n", "                    pass\n", "test_sending_turns"),
    _one("S40", "sending knows no end", SENDING, "            self.report.more = self.enough()\n", "            pass\n", "test_sending_turns"),
    _one("S41", "who hands back what another has taken dies of it", SENDING, "                with suppress(Fenced):", "                with suppress():", "test_sending_turns"),
    _one("S42", "what is handed back waits anew", SENDING, "posted, posted.next_try or posted.message.not_before, posted.said", "posted, self.clock() + FIRST_WAIT, posted.said", "test_sending_turns"),
    _one("S43", "more is due where nothing is", SENDING, "self.report.more = self.report.more and self._is_due()", "pass", "test_sending_turns"),
    _one("S44", "a click waits until all is sent", TURN, " or self._is_awaited()", "", "test_running_perform"),
    _one("S50", "an agent that ends cuts messages off", TURN, " or self.ends()", "", "test_running_perform"),
    _one("S45", "a click that failed keeps all messages waiting", TURN, "{*self.task.requests, *self.task.later}", "self.task.requests", "test_running_perform"),
    _one("S46", "clicks for another firm keep all messages waiting", TURN, "any(told.book in ours for told in", "any(True for told in", "test_running_perform"),
    _one("S47", "the agent does not come back to what is left", PERFORM, " or bool(worked.sent and worked.sent.more)", "", "test_running_perform"),
    _one("S48", "a slow message is taken to hang", TURN, "        self.asks(seconds + LAST)\n", "", "test_running_perform"),
    _one("S49", "the agent is deaf to a request for patience", WORKER, "            limit = seconds = told\n", "", "test_running_whole::test_a_child_that_asks_for_patience_gets_it_from_then_on"),
    _one("S51", "a server that breaks off after each message makes each a question", SENDING, "                self._doubt(posted.message.channel, now)\n", "", "test_sending_doubts"),
    _one("S52", "each run begins one more at a server that breaks off", BREAKERS, "        self._doubt(posted)\n", "", "test_sending_doubts"),
    _one("S53", "one in doubt long before counts as the one before", BREAKERS, "        self._doubts[channel] = 0\n", "", "test_sending_doubts"),
    _one("S54", "who waited for a way out waits for ever", BREAKERS, "None if posted.said.endswith(_DOUBT) else self", "self", "test_sending_doubts"),
    _one("S55", "a sender that was lost lets its way out rest", BREAKERS, " and posted.said != LOST", "", "test_sending_doubts"),
    _one("S56", "what an older ledger has forgotten lets its way out rest", BREAKERS, " and not posted.said.endswith(FORGOTTEN)", "", "test_sending_doubts"),
    _one("S57", "a click is answered when all is sent", WORK, "    first(done.round)\n    done.decided = decide(firm, clock())\n    if open_mailers and _waits(firm):\n        done.sent = _send(firm, clock, owner, open_mailers, enough)\n", "    done.decided = decide(firm, clock())\n    if open_mailers and _waits(firm):\n        done.sent = _send(firm, clock, owner, open_mailers, enough)\n        first(done.round)\n", "test_running_perform::test_a_click_on_sync_is_answered_before_anything_is_sent"),
    _one("S58", "what fails in sending takes back what a click was told", PERFORM, "        unanswered.clear()\n", "", "test_running_perform"),
    _one("S28", "what was right before money came in is right still", LOOKING, "            self._passed = None\n", "", "test_sending_looks"),
    _one("S29", "who approved it first is named, not who approved it again", f"{_REMINDING}/touches.py", "        self._given.clear()\n", "", "test_sending"),
    _one("S21", "words changed after the approval do not go", LOOKING, "(None if known or row.status != QUEUED else _reworded(message, row))", "None", "test_sending_looks"),
    _one("S22", "what is due later is asked for", LOOKING, "_stop(facts.not_due(row.customer, message, self._policy))", "None", "test_sending_looks"),
    _one("S23", "a copy that arrived goes again", f"{_REMINDING}/posting.py", "_NOT_GONE | {S.UNKNOWN, S.DRAFTED}", "_NOT_GONE | {S.UNKNOWN, S.DRAFTED, S.SENT}", "test_sending"),
    _one("S24", "what was approved as a draft is sent", LOOKING, '_stop(_OTHER_WAY if message.queued < self._since[message.channel] else "")', "None", "test_sending_looks"),
    _one("S26", "what was sent is reworded", f"{_SYNC}/merge/rows.py", "owned = self._owned(column, live) if column.closed else column", "owned = column", "test_reminding_whole::test_what_was_sent_keeps_its_words_and_what_is_typed_there_stands_on_issues"),
    _one("S25", "a row pasted over is approved", DECISIONS, "why = self._overtyped(i, row) or self._queue(", "why = self._queue(", "test_reminding_whole"),
)  # fmt: skip
