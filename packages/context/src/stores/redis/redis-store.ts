import { type Clock, type Logger, silentLogger, systemClock } from '@fairlead/base'
import type { AnswerBounds } from '../answer-store.ts'
import type { ContextStore } from '../context-store.ts'
import { defaultResponseTtlMs, type ResponseBounds } from '../response-store.ts'
import type { StoreMembers } from '../store-members.ts'
import { RedisAnswers } from './redis-answers.ts'
import { RedisAppends } from './redis-appends.ts'
import { RedisConversations } from './redis-conversations.ts'
import { RedisFactors } from './redis-factors.ts'
import { RedisIndexes } from './redis-indexes.ts'
import { RedisKeys } from './redis-keys.ts'
import { RedisLink } from './redis-link.ts'
import { RedisLists } from './redis-lists.ts'
import { RedisLog } from './redis-log.ts'
import { RedisMembers } from './redis-members.ts'
import type { RedisParts } from './redis-parts.ts'
import { RedisRecords } from './redis-records.ts'
import { RedisRemoval } from './redis-removal.ts'
import { RedisResponses } from './redis-responses.ts'
import { RedisUnavailable } from './redis-trouble.ts'
import { RedisSweep } from './redis-sweep.ts'
import { storeScripts } from './store-scripts.ts'

export interface RedisStoreOptions {
  /** `redis://` or `rediss://`, with user, password and database; a secret. */
  readonly url: string
  /** PEM of the authorities to trust, besides those that are trusted anyway. */
  readonly tls?: { readonly ca?: string } | undefined
  /** What all keys begin with; it has no braces. `fairlead:` when left out. */
  readonly keyPrefix?: string
  /** Unique for each opening of a store. */
  readonly member: string
  /** By which conversations, responses and records expire. */
  readonly clock: Pick<Clock, 'now'>
  /** What is untouched for longer is deleted; undefined keeps conversations, and responses 30 days. */
  readonly ttlMs: number | undefined
  /** How long an operation waits for the server. 2 s when left out. */
  readonly deadlineMs?: number
  /** Told what whoever runs the server should know. */
  readonly logger?: Pick<Logger, 'warn'>
  /** 100,000 responses and 4 GiB when left out. */
  readonly responseBounds?: ResponseBounds
  /** 100,000 answers and 1 GiB when left out. */
  readonly answerBounds?: AnswerBounds
  /** Of all records; further ones are refused. 1 GiB when left out. */
  readonly recordBytesMax?: number
}

const defaultDeadlineMs = 2000
const defaultResponseBounds = { responsesMax: 100_000, bytesMax: 4 * 1024 ** 3 }
const defaultAnswerBounds = { answersMax: 100_000, bytesMax: 1024 ** 3 }
const defaultRecordBytesMax = 1024 ** 3

/**
 * Conversations in a Redis or Valkey server, which several processes may share. Rejects while the
 * server cannot be used, with a message that says why and quotes nothing of the URL.
 */
export async function createRedisStore(
  options: RedisStoreOptions,
): Promise<ContextStore & { readonly members: StoreMembers }> {
  const { url, tls, keyPrefix = 'fairlead:', member, clock, ttlMs } = options
  const { deadlineMs = defaultDeadlineMs, logger = silentLogger } = options
  if (!/^[^{}\s]{0,128}$/.test(keyPrefix)) {
    throw new RedisUnavailable('keyPrefix has braces or spaces, or more than 128 characters')
  }
  const keys = new RedisKeys(keyPrefix)
  const link = new RedisLink({
    url,
    ca: tls?.ca,
    clock: systemClock,
    logger,
    deadlineMs,
    scripts: storeScripts,
    channel: RedisMembers.channelOf(keys),
    heard: (message) => members.heard(message),
  })
  const members: RedisMembers = new RedisMembers({ self: member, link, keys, clock: systemClock })
  link.onAttach((session) => members.attached(session))
  await link.open()
  const parts = { link, keys, clock, member, retention: { ttlMs } }
  return storeOf(parts, members, options)
}

function storeOf(parts: RedisParts, members: RedisMembers, options: RedisStoreOptions) {
  const { link, retention } = parts
  const responses = new RedisResponses({
    parts,
    members,
    ttlMs: options.ttlMs ?? defaultResponseTtlMs,
    bounds: options.responseBounds ?? defaultResponseBounds,
  })
  const bounds = options.answerBounds ?? defaultAnswerBounds
  const answers = new RedisAnswers({ parts, members, bounds })
  const records = new RedisRecords(parts, options.recordBytesMax ?? defaultRecordBytesMax)
  const indexes = new RedisIndexes(parts.keys)
  const lists = new RedisLists(parts)
  const log = new RedisLog(parts)
  const removal = new RedisRemoval({ parts, indexes, records, responses })
  const appends = new RedisAppends(parts, indexes, removal)
  const conversations = new RedisConversations(parts, indexes)
  const sweep = new RedisSweep({ parts, indexes, log, members, records, removal, responses })
  return {
    type: 'Redis',
    responses,
    answers,
    records,
    members,
    factors: new RedisFactors(parts),
    conversation: (tenant, id) => conversations.conversation(tenant, id),
    basis: (tenant, id, query) => log.basis(tenant, id, query),
    path: (tenant, id, query) => log.path(tenant, id, query),
    turn: (tenant, id, turnId) => log.turn(tenant, id, turnId),
    outline: (tenant, id, afterSeq) => log.outline(tenant, id, afterSeq),
    turnPage: (tenant, id, query) => log.turnPage(tenant, id, query),
    itemPage: (tenant, id, query) => log.itemPage(tenant, id, query),
    item: (tenant, id, itemId) => log.item(tenant, id, itemId),
    turnsOfItem: (tenant, id, itemId) => log.turnsOfItem(tenant, id, itemId),
    append: (change) => appends.append(change),
    flush: (outputs) => conversations.flush(outputs),
    finish: (tenant, change) => conversations.finish(tenant, change),
    replacePlan: (tenant, plan) => conversations.replacePlan(tenant, plan),
    remove: (tenant, id) => removal.remove(tenant, id),
    async plan(tenant, planId) {
      const id = await conversations.conversationOfPlan(tenant, planId)
      return id === undefined ? undefined : log.plan(tenant, id, planId)
    },
    list: (tenant, query) => lists.list(tenant, query),
    tenants: () => lists.tenants(),
    erasures: (tenant, subject) => removal.erasures(tenant, subject),
    removeSubject: (tenant, subject) => removal.removeSubject(tenant, subject),
    recover: (completedAt) => sweep.recover(completedAt),
    expire: () => sweep.expire(),
    check: () => check(parts),
    async configure({ ttlMs }) {
      retention.ttlMs = ttlMs ?? undefined
      responses.configure(ttlMs ?? defaultResponseTtlMs)
    },
    async close() {
      await members.close()
      await link.close()
    },
  } satisfies ContextStore
}

/** Whether the server can be written, and is not about to lose what is written. */
async function check({ link, keys }: RedisParts): Promise<void> {
  await link.within(async (session) => {
    await session.call('SET', keys.one('x.probe', 'probe'), session.nowMs())
    const problem = await session.problem()
    if (problem !== undefined) throw new RedisUnavailable(problem, false)
  })
}
