import { answerDistance, isNothing, isTelling } from './compare-answers.ts'
import type { QuestionKey } from './item-key.ts'
import type { SentExchange } from './sent-exchange.ts'
import type { TurnOutline } from './turn-outline.ts'

/** A place in a body: before an item of the application, counted within its exchange. */
export interface Cursor {
  readonly exchange: number
  readonly offset: number
}

/** A turn of the log found in a body. */
export interface TurnMatch {
  readonly cursor: Cursor
  /** 0 for the very same turn; the more, the less alike. */
  readonly distance: number
  /** Where the body has it. */
  readonly from: Cursor
  /** How many of the application's items its question takes there. */
  readonly count: number
  /** Whether they are what the log has, as far as a model could see. */
  readonly question: 'same' | 'changed'
  /** Whether the answer there is what the log has; `none` when its caller has no answer. */
  readonly answer: 'same' | 'changed' | 'none'
}

/** Whether `one` is further into the body than `other`; positive, negative or 0. */
export function compareCursors(one: Cursor, other: Cursor): number {
  return one.exchange - other.exchange || one.offset - other.offset
}

const changedQuestionDistance = 3

/**
 * Whether the body goes on with the turn, and where it continues behind it. The question must be
 * the same, then the answer, as `answerDistance` compares them. A cut answer may be missing. With
 * `changedQuestion`, a telling answer that is the very same makes up for a question of which the
 * caller now has another form. At the very beginning of a body, the beginning of the turn may be
 * missing: that is what a window left of it. The body's last question is never consumed.
 */
export function matchTurn(
  turn: TurnOutline,
  body: readonly SentExchange[],
  from: Cursor,
  changedQuestion: boolean,
): TurnMatch | undefined {
  const sent = body[from.exchange]
  if (sent === undefined) return undefined
  const count = turn.input.length
  if (count === 0 && isNothing(turn.answer)) return nothingOf(from)
  const end = from.offset + count
  const asked = sent.questionKeys.length
  const next = { exchange: from.exchange + 1, offset: 0 }
  if (from.exchange === body.length - 1) {
    return end < asked ? withoutAnswer(turn, sent, from) : undefined
  }
  const match =
    end < asked
      ? withoutAnswer(turn, sent, from)
      : end > asked
        ? withoutBeginning(turn, sent, from, next)
        : wholeMatch(turn, sent, from, next, changedQuestion)
  return match ?? withOtherInstructions(turn, sent, from, next)
}

/**
 * The same from the end: whether the turn is what stands in the body before a place. The cursor of
 * the match is where the turn begins.
 */
export function matchTurnBefore(
  turn: TurnOutline,
  body: readonly SentExchange[],
  until: Cursor,
  changedQuestion: boolean,
): TurnMatch | undefined {
  const count = turn.input.length
  if (count === 0 && isNothing(turn.answer)) return nothingOf(until)
  const exchange = until.offset > 0 ? until.exchange : until.exchange - 1
  const sent = body[exchange]
  if (sent === undefined) return undefined
  if (until.offset > 0) {
    const from = { exchange, offset: until.offset - count }
    const match = from.offset < 0 ? undefined : withoutAnswer(turn, sent, from)
    return match && { ...match, cursor: from }
  }
  const beginning = { exchange, offset: 0 }
  const from = { exchange, offset: sent.questionKeys.length - count }
  const match =
    from.offset < 0
      ? withoutBeginning(turn, sent, beginning, until)
      : wholeMatch(turn, sent, from, until, changedQuestion)
  const found = match ?? withOtherInstructions(turn, sent, beginning, until)
  return found && { ...found, cursor: found.from }
}

/** A turn that is followed by more of the application's items: its answer is missing. */
function withoutAnswer(turn: TurnOutline, sent: SentExchange, from: Cursor): TurnMatch | undefined {
  if (turn.input.length === 0 || !(isNothing(turn.answer) || turn.cut)) return undefined
  const question = questionOf(turn, sent, from)
  if (question === 'other') return undefined
  // A model that was stopped while it thought aloud said nothing that is compared.
  const silent = isNothing(turn.answer) && turn.answer.decoration === ''
  return {
    cursor: { exchange: from.exchange, offset: from.offset + turn.input.length },
    distance: silent ? 0 : 1,
    from,
    count: turn.input.length,
    question,
    answer: silent ? 'same' : 'none',
  }
}

function wholeMatch(
  turn: TurnOutline,
  sent: SentExchange,
  from: Cursor,
  next: Cursor,
  changedQuestion: boolean,
): TurnMatch | undefined {
  if (turn.input.length === 0 && sent.questionKeys.length > 0) return undefined
  const question = questionOf(turn, sent, from)
  const changed = question === 'other'
  if (changed && !(changedQuestion && turn.input.length === sent.questionKeys.length)) {
    return undefined
  }
  const distance = answerDistance(turn, sent)
  if (distance === undefined) return undefined
  if (changed && (distance > 0 || !isTelling(turn.answer))) return undefined
  return {
    cursor: next,
    distance: distance + (changed ? changedQuestionDistance : 0),
    from,
    count: turn.input.length,
    question: changed ? 'changed' : question,
    answer: distance === 0 ? 'same' : isNothing(sent.answerKey) ? 'none' : 'changed',
  }
}

/** A turn with other system messages beside its question, or with them in other places. */
function withOtherInstructions(
  turn: TurnOutline,
  sent: SentExchange,
  from: Cursor,
  next: Cursor,
): TurnMatch | undefined {
  const keys = sent.questionKeys
  if (from.offset > 0 || !(turn.input.some(isAside) || keys.some(isAside))) return undefined
  const logged = turn.input.filter((key) => !isAside(key))
  const asked = keys.filter((key) => !isAside(key))
  if (asked.length === 0 || asked.length !== logged.length) return undefined
  if (asked.some((key, index) => key.text !== logged[index]?.text)) return undefined
  const distance = answerDistance(turn, sent)
  if (distance === undefined || isNothing(sent.answerKey)) return undefined
  return {
    cursor: next,
    distance: distance + 1,
    from,
    count: keys.length,
    question: 'changed',
    answer: distance === 0 ? 'same' : 'changed',
  }
}

function isAside({ aside }: QuestionKey): boolean {
  return aside === true
}

/** The end of a turn, from within its question or from its answer on. */
function withoutBeginning(
  turn: TurnOutline,
  sent: SentExchange,
  from: Cursor,
  next: Cursor,
): TurnMatch | undefined {
  if (from.exchange > 0 || from.offset > 0) return undefined
  const count = sent.questionKeys.length
  const missing = turn.input.length - count
  if (sent.questionKeys.some((key, index) => key.text !== turn.input[missing + index]?.text)) {
    return undefined
  }
  const distance = answerDistance(turn, sent)
  if (distance === undefined) return undefined
  return {
    cursor: next,
    distance,
    from,
    count,
    question: 'changed',
    answer: distance === 0 ? 'same' : 'changed',
  }
}

/** `changed`: the same, with something else in it that a model could see. */
function questionOf(
  turn: TurnOutline,
  sent: SentExchange,
  { offset }: Cursor,
): 'same' | 'changed' | 'other' {
  let found: 'same' | 'changed' = 'same'
  for (const [index, key] of turn.input.entries()) {
    const other = sent.questionKeys[offset + index]
    if (other?.text !== key.text) return 'other'
    if (other.exact !== key.exact) found = 'changed'
  }
  return found
}

/** A turn in which nothing was said is wherever its neighbours are. */
function nothingOf(cursor: Cursor): TurnMatch {
  return { cursor, distance: 0, from: cursor, count: 0, question: 'same', answer: 'none' }
}
