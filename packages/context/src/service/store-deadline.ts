import { type Clock, openScope, untilAborted } from '@fairlead/base'
import { ModelError } from '@fairlead/llm'
import type { FactorStore } from '../stores/factor-store.ts'
import type { AnswerStore } from '../stores/answer-store.ts'
import type { RecordStore } from '../stores/record-store.ts'
import type { ResponseStore } from '../stores/response-store.ts'
import type { TurnStore } from '../stores/turn-store.ts'

const retryAfterSeconds = 1

/**
 * The store with a deadline on every operation but `close`. A failure, or an operation that takes
 * longer, is a ModelError 503 `store_unavailable` that keeps the cause: nothing was acknowledged.
 */
export function withDeadlines(
  store: TurnStore,
  clock: Pick<Clock, 'setTimer'>,
  deadlineMs: number,
): TurnStore {
  const limited = <T>(work: () => Promise<T>) => withinDeadline(clock, deadlineMs, work)
  return {
    type: store.type,
    conversation: (tenant, id) => limited(() => store.conversation(tenant, id)),
    basis: (tenant, id, query) => limited(() => store.basis(tenant, id, query)),
    path: (tenant, id, query) => limited(() => store.path(tenant, id, query)),
    turn: (tenant, id, turnId) => limited(() => store.turn(tenant, id, turnId)),
    outline: (tenant, id, afterSeq) => limited(() => store.outline(tenant, id, afterSeq)),
    turnPage: (tenant, id, query) => limited(() => store.turnPage(tenant, id, query)),
    itemPage: (tenant, id, query) => limited(() => store.itemPage(tenant, id, query)),
    item: (tenant, id, itemId) => limited(() => store.item(tenant, id, itemId)),
    turnsOfItem: (tenant, id, itemId) => limited(() => store.turnsOfItem(tenant, id, itemId)),
    append: (change) => limited(() => store.append(change)),
    flush: (outputs) => limited(() => store.flush(outputs)),
    finish: (tenant, change) => limited(() => store.finish(tenant, change)),
    replacePlan: (tenant, plan) => limited(() => store.replacePlan(tenant, plan)),
    remove: (tenant, id) => limited(() => store.remove(tenant, id)),
    plan: (tenant, planId) => limited(() => store.plan(tenant, planId)),
    list: (tenant, query) => limited(() => store.list(tenant, query)),
    tenants: () => limited(() => store.tenants()),
    erasures: (tenant, subject) => limited(() => store.erasures(tenant, subject)),
    removeSubject: (tenant, subject) => limited(() => store.removeSubject(tenant, subject)),
    recover: (completedAt) => limited(() => store.recover(completedAt)),
    expire: () => limited(() => store.expire()),
    check: () => limited(() => store.check()),
    configure: (retention) => limited(() => store.configure(retention)),
    close: () => store.close(),
  }
}

/** The kept responses of a store with the same deadline on every operation. */
export function withResponseDeadlines(
  store: ResponseStore,
  clock: Pick<Clock, 'setTimer'>,
  deadlineMs: number,
): ResponseStore {
  const limited = <T>(work: () => Promise<T>) => withinDeadline(clock, deadlineMs, work)
  return {
    add: (response) => limited(() => store.add(response)),
    load: (tenant, id) => limited(() => store.load(tenant, id)),
    chain: (tenant, id, bounds) => limited(() => store.chain(tenant, id, bounds)),
    flush: (progress) => limited(() => store.flush(progress)),
    finish: (end) => limited(() => store.finish(end)),
    frames: (tenant, id, from, bytesMax) => limited(() => store.frames(tenant, id, from, bytesMax)),
    responseWithItem: (tenant, itemId) => limited(() => store.responseWithItem(tenant, itemId)),
    remove: (tenant, id) => limited(() => store.remove(tenant, id)),
    recover: (error, completedAt) => limited(() => store.recover(error, completedAt)),
    expire: () => limited(() => store.expire()),
  }
}

/** The factors of a store with the same deadline on every operation. */
export function withFactorDeadlines(
  store: FactorStore,
  clock: Pick<Clock, 'setTimer'>,
  deadlineMs: number,
): FactorStore {
  return {
    list: () => withinDeadline(clock, deadlineMs, () => store.list()),
    observe: (observation) => withinDeadline(clock, deadlineMs, () => store.observe(observation)),
  }
}

/** The kept answers of a store with the same deadline on every operation. */
export function withAnswerDeadlines(
  store: AnswerStore,
  clock: Pick<Clock, 'setTimer'>,
  deadlineMs: number,
): AnswerStore {
  const limited = <T>(work: () => Promise<T>) => withinDeadline(clock, deadlineMs, work)
  return {
    begin: (answer) => limited(() => store.begin(answer)),
    load: (tenant, key) => limited(() => store.load(tenant, key)),
    flush: (part) => limited(() => store.flush(part)),
    complete: (part) => limited(() => store.complete(part)),
    drop: (part) => limited(() => store.drop(part)),
    recover: () => limited(() => store.recover()),
    expire: () => limited(() => store.expire()),
  }
}

/** The records of a store with the same deadline on every operation. */
export function withRecordDeadlines(
  store: RecordStore,
  clock: Pick<Clock, 'setTimer'>,
  deadlineMs: number,
): RecordStore {
  const limited = <T>(work: () => Promise<T>) => withinDeadline(clock, deadlineMs, work)
  return {
    load: (key) => limited(() => store.load(key)),
    put: (record, expectedVersion, erasures) =>
      limited(() => store.put(record, expectedVersion, erasures)),
    list: (query) => limited(() => store.list(query)),
    scan: (query) => limited(() => store.scan(query)),
    remove: (key) => limited(() => store.remove(key)),
    removeOwner: (tenant, owner) => limited(() => store.removeOwner(tenant, owner)),
    expire: () => limited(() => store.expire()),
  }
}

/** Waits for one operation of a store, at most until the deadline; fails as `withDeadlines` says. */
export async function withinDeadline<T>(
  clock: Pick<Clock, 'setTimer'>,
  deadlineMs: number,
  work: () => Promise<T>,
): Promise<T> {
  using scope = openScope({ clock, timeoutMs: deadlineMs, what: 'the conversation store' })
  try {
    return await untilAborted(work(), scope.signal)
  } catch (error) {
    throw storeUnavailable(error)
  }
}

/** Whether an error says that a store, which would have answered otherwise, is not available. */
export function isStoreUnavailable(error: unknown): boolean {
  return error instanceof ModelError && error.code === 'store_unavailable'
}

function storeUnavailable(cause: unknown): ModelError {
  return new ModelError(
    'unavailable',
    `The conversation store is not available. Send the call again in ${retryAfterSeconds} s, with the same Idempotency-Key if it had one.`,
    { code: 'store_unavailable', retryAfterSeconds, cause },
  )
}
