import type { Clock } from '@fairlead/base'
import type { AnswerBounds, AnswerStore } from '../answer-store.ts'
import type { ContextStore } from '../context-store.ts'
import type { RecordStore } from '../record-store.ts'
import type { ResponseBounds, ResponseStore } from '../response-store.ts'
import type { SqliteDurability } from './open-database.ts'
import { SqliteFile } from './sqlite-file.ts'

export interface SqliteStoreOptions {
  /** The file; it and its folder are created when missing. */
  readonly path: string
  readonly clock: Pick<Clock, 'now'>
  /** What is untouched for longer is deleted; undefined keeps conversations, and responses 30 days. */
  readonly ttlMs: number | undefined
  /** `namespace/name` of the ConversationStore, for messages. The path when left out. */
  readonly owner?: string
  /** NORMAL when left out. */
  readonly durability?: SqliteDurability
  /** 100,000 responses and 4 GiB when left out. */
  readonly responseBounds?: ResponseBounds
  /** 100,000 answers and 1 GiB when left out. */
  readonly answerBounds?: AnswerBounds
  /** Of all records; further ones are refused. 4 GiB when left out. */
  readonly recordBytesMax?: number
}

const defaultResponseBounds: ResponseBounds = {
  responsesMax: 100_000,
  bytesMax: 4 * 1024 ** 3,
}

const defaultAnswerBounds: AnswerBounds = { answersMax: 100_000, bytesMax: 1024 ** 3 }

const defaultRecordBytesMax = 4 * 1024 ** 3

/**
 * Conversations in a local file, for one ConversationStore of one process at a time. Throws when the
 * file cannot be opened, with a message that says what to do.
 */
export function createSqliteStore(options: SqliteStoreOptions): ContextStore {
  const { path, clock, ttlMs, owner = path, durability = 'NORMAL' } = options
  const responseBounds = options.responseBounds ?? defaultResponseBounds
  const answerBounds = options.answerBounds ?? defaultAnswerBounds
  const file = new SqliteFile({
    path,
    clock,
    ttlMs,
    owner,
    durability,
    responseBounds,
    answerBounds,
    recordBytesMax: options.recordBytesMax ?? defaultRecordBytesMax,
  })
  return {
    type: 'SQLite',
    responses: responsesIn(file),
    answers: answersIn(file),
    records: recordsIn(file),
    factors: {
      list: () => file.use(({ factors }) => factors.list()),
      observe: (observation) => file.use(({ factors }) => factors.observe(observation)),
    },
    conversation: (tenant, id) => file.use((store) => store.conversation(tenant, id)),
    basis: (tenant, id, query) => file.use((store) => store.basis(tenant, id, query)),
    path: (tenant, id, query) => file.use((store) => store.path(tenant, id, query)),
    turn: (tenant, id, turnId) => file.use((store) => store.turn(tenant, id, turnId)),
    outline: (tenant, id, afterSeq) => file.use((store) => store.outline(tenant, id, afterSeq)),
    turnPage: (tenant, id, query) => file.use((store) => store.turnPage(tenant, id, query)),
    itemPage: (tenant, id, query) => file.use((store) => store.itemPage(tenant, id, query)),
    item: (tenant, id, itemId) => file.use((store) => store.item(tenant, id, itemId)),
    turnsOfItem: (tenant, id, itemId) => file.use((store) => store.turnsOfItem(tenant, id, itemId)),
    append: (change) => file.use((store) => store.append(change)),
    flush: (outputs) => file.use((store) => store.flush(outputs)),
    finish: (tenant, change) => file.use((store) => store.finish(tenant, change)),
    replacePlan: (tenant, plan) => file.use((store) => store.replacePlan(tenant, plan)),
    remove: (tenant, id) => file.use((store) => store.remove(tenant, id)),
    plan: (tenant, planId) => file.use((store) => store.plan(tenant, planId)),
    list: (tenant, query) => file.use((store) => store.list(tenant, query)),
    tenants: () => file.use((store) => store.tenants()),
    erasures: (tenant, subject) => file.use((store) => store.erasures(tenant, subject)),
    removeSubject: (tenant, subject) => file.use((store) => store.removeSubject(tenant, subject)),
    recover: (completedAt) => file.use((store) => store.recover(completedAt)),
    expire: () => file.use((store) => store.expire()),
    check: () => file.check(),
    configure: async (retention) => file.configure(retention.ttlMs ?? undefined),
    close: async () => file.close(),
  }
}

function responsesIn(file: SqliteFile): ResponseStore {
  return {
    add: (response) => file.use(({ responses }) => responses.add(response)),
    load: (tenant, id) => file.use(({ responses }) => responses.load(tenant, id)),
    chain: (tenant, id, bounds) => file.use(({ responses }) => responses.chain(tenant, id, bounds)),
    flush: (progress) => file.use(({ responses }) => responses.flush(progress)),
    finish: (end) => file.use(({ responses }) => responses.finish(end)),
    frames: (tenant, id, from, bytesMax) =>
      file.use(({ responses }) => responses.frames(tenant, id, from, bytesMax)),
    responseWithItem: (tenant, itemId) =>
      file.use(({ responses }) => responses.responseWithItem(tenant, itemId)),
    remove: (tenant, id) => file.use(({ responses }) => responses.remove(tenant, id)),
    recover: (error, completedAt) =>
      file.use(({ responses }) => responses.recover(error, completedAt)),
    expire: () => file.use(({ responses }) => responses.expire()),
  }
}

function answersIn(file: SqliteFile): AnswerStore {
  return {
    begin: (answer) => file.use(({ answers }) => answers.begin(answer)),
    load: (tenant, key) => file.use(({ answers }) => answers.load(tenant, key)),
    flush: (part) => file.use(({ answers }) => answers.flush(part)),
    complete: (part) => file.use(({ answers }) => answers.complete(part)),
    drop: (part) => file.use(({ answers }) => answers.drop(part)),
    recover: () => file.use(({ answers }) => answers.recover()),
    expire: () => file.use(({ answers }) => answers.expire()),
  }
}

function recordsIn(file: SqliteFile): RecordStore {
  return {
    load: (key) => file.use(({ records }) => records.load(key)),
    put: (record, expectedVersion, erased) =>
      file.use(({ records }) => records.put(record, expectedVersion, erased)),
    list: (query) => file.use(({ records }) => records.list(query)),
    scan: (query) => file.use(({ records }) => records.scan(query)),
    remove: (key) => file.use(({ records }) => records.remove(key)),
    removeOwner: (tenant, owner) => file.use(({ records }) => records.removeOwner(tenant, owner)),
    expire: () => file.use(({ records }) => records.expire()),
  }
}
