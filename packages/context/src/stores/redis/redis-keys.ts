import { hash } from 'node:crypto'
import { isConversationOwner } from '../record-store.ts'

/**
 * Parts of a conversation, a key each, in the order in which scripts get them:
 *
 *   h  hash: the conversation, its revision, what runs, when it was touched, its entries in indexes
 *   n  hash: the place of each turn in the tree, by seq: parent, jump, depth, whose instructions
 *   s  hash: seqs by the ids of turns
 *   t  hash: turns without output, by seq        o  hash: outputs, by seq
 *   l  hash: outlines, by seq                    j  hash: ids of items, by seq
 *   i  sorted set: item and seq                  k  hash: the newest seq by idempotency key
 *   d  list: seqs and digests of the newest turns
 *   p  hash: plans, by id                        q  list: ids of plans, the oldest first
 *   r  hash: records                             x  sorted set: kinds and ids of records
 *   w  set: ids of kept responses, which are deleted after the conversation
 *   z  set: stamps of changes that must not come any more; outlives the conversation for a while
 */
const conversationParts = 'hnstoljikdpqrxwz'.split('')

/** In how many slots stands what concerns several conversations. */
export const indexShards = 16

/**
 * Names of keys. What a script changes at once has one tag in braces and so stands in one slot of a
 * cluster; tags are digests, so that no id can imitate another, and no name tells of whom it is.
 */
export class RedisKeys {
  readonly #prefix: string

  /** The prefix must have no braces. */
  constructor(prefix: string) {
    this.#prefix = prefix
  }

  /** All keys of a conversation. */
  conversation(tenant: string, id: string): readonly string[] {
    return conversationParts.map((part) => this.#named('c', [tenant, id], part))
  }

  /** The hash of a conversation. */
  head(tenant: string, id: string): string {
    return this.#named('c', [tenant, id], 'h')
  }

  /** The plans of a conversation. */
  plans(tenant: string, id: string): string {
    return this.#named('c', [tenant, id], 'p')
  }

  /** Ids of the kept responses of a conversation. */
  responsesOf(tenant: string, conversation: string): string {
    return this.#named('c', [tenant, conversation], 'w')
  }

  /** Who runs the turns of a conversation. */
  place(tenant: string, conversation: string): string {
    return this.#named('c', [tenant, conversation], 'y')
  }

  /** The hash of a response, its frames, and whether it must not come any more. */
  response(tenant: string, id: string): readonly string[] {
    return ['h', 'f', 'g'].map((part) => this.#named('r', [tenant, id], part))
  }

  answer(tenant: string, key: string): string {
    return this.#named('a', [tenant, key], 'h')
  }

  /** Records of an owner, and their order. */
  records(tenant: string, owner: string): readonly string[] {
    const kind = isConversationOwner(owner) ? 'c' : 's'
    return ['r', 'x'].map((part) => this.#named(kind, [tenant, owner], part))
  }

  /** A tenant's conversations, by number; and the last number. */
  tenant(tenant: string): readonly string[] {
    return ['list', 'last'].map((part) => this.#named('t', [tenant], part))
  }

  /** A subject's conversations, by number. */
  subject(tenant: string, subject: string): string {
    return this.#named('s', [tenant, `subject:${subject}`], 'list')
  }

  /** The last erasure of a subject, and when it was. */
  erasures(tenant: string, subject: string): string {
    return this.#named('s', [tenant, `subject:${subject}`], 'e')
  }

  /** What of an index concerns something; of all shards together it is the whole index. */
  index(name: string, of: readonly string[]): string {
    return this.indexShard(name, shardOf(of))
  }

  indexShard(name: string, shard: number): string {
    return `${this.#prefix}{x.${shard}}:${name}`
  }

  /** What a store has once. */
  one(group: string, name: string): string {
    return `${this.#prefix}{${group}}:${name}`
  }

  #named(kind: string, names: readonly string[], part: string): string {
    return `${this.#prefix}{${kind}.${digestOf(names).slice(0, 24)}}:${part}`
  }
}

export function shardOf(names: readonly string[]): number {
  return Number.parseInt(hash('sha256', JSON.stringify(names), 'hex').slice(0, 4), 16) % indexShards
}

function digestOf(names: readonly string[]): string {
  return hash('sha256', JSON.stringify(names), 'base64url')
}
