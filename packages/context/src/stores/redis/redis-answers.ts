import type { Item, ModelResponse } from '@fairlead/llm'
import {
  type AnswerBounds,
  type AnswerPart,
  type AnswerStore,
  answerTtlMs,
} from '../answer-store.ts'
import type { KeptAnswer } from '../kept-answer.ts'
import { expireBatch } from '../turn-store.ts'
import { beginAnswerScript, changeAnswerScript, dropAnswerScript } from './answer-scripts.ts'
import { RedisKept } from './redis-kept.ts'
import type { RedisMembers } from './redis-members.ts'
import type { RedisParts } from './redis-parts.ts'
import { listOf, textOf, textsOf } from './redis-reply.ts'
import type { RedisSession } from './redis-session.ts'
import { marked, unmarked } from './stored-conversation.ts'
import { parseStored } from '../parse-stored.ts'

interface RedisAnswersOptions {
  readonly parts: RedisParts
  readonly members: RedisMembers
  readonly bounds: AnswerBounds
}

const fields = ['id', 'digest', 'response', 'created', 'touched', 'output', 'whole'] as const

/** The kept answers of a store in Redis. */
export class RedisAnswers implements AnswerStore {
  readonly #parts: RedisParts
  readonly #members: RedisMembers
  readonly #kept: RedisKept

  constructor({ parts, members, bounds: { answersMax: countMax, bytesMax } }: RedisAnswersOptions) {
    this.#parts = parts
    this.#members = members
    this.#kept = new RedisKept({ keys: parts.keys, group: 'answers', countMax, bytesMax })
  }

  begin(answer: KeptAnswer): Promise<KeptAnswer | undefined> {
    const { link, keys, clock, member } = this.#parts
    const { tenant, key, id, digest, response, created_at, output } = answer
    const begun = { id, digest, response: marked(response), created: created_at, member }
    const values = Object.entries({
      ...begun,
      touched: clock.now(),
      output: JSON.stringify(output),
      whole: '',
    }).flat()
    return link.within(async (session) => {
      const at = keys.answer(tenant, key)
      for (;;) {
        const asked = [clock.now(), answerTtlMs, ...values]
        const [, found] = await Promise.all([
          this.#counted(session, answer, JSON.stringify(output).length, undefined),
          session.run(beginAnswerScript, [at], asked),
        ])
        if (found === '') return undefined
        // The same call again counts once.
        if (found !== id) link.detach((one) => this.#kept.uncount(one, [namesOf(answer)]))
        const known = await this.#load(session, tenant, key)
        if (known !== undefined) return known
      }
    })
  }

  load(tenant: string, key: string): Promise<KeptAnswer | undefined> {
    return this.#parts.link.within((session) => this.#load(session, tenant, key))
  }

  async flush({ output, ...part }: AnswerPart & { readonly output: readonly Item[] }) {
    await this.#change(part, { output: JSON.stringify(output) }, false)
  }

  complete({ whole, ...part }: AnswerPart & { readonly whole: ModelResponse }) {
    return this.#change(part, { output: '[]', whole: JSON.stringify(whole) }, true)
  }

  async drop(part: AnswerPart): Promise<void> {
    await this.#parts.link.within((session) => this.#drop(session, part, 'made'))
  }

  async recover(): Promise<number> {
    const session = await this.#parts.link.session()
    let forgotten = 0
    for await (const [names, isOld] of this.#kept.made(session)) {
      const part = partNamed(names)
      // Read after the answer was found: whoever makes it is among them, or dead.
      const alive = await this.#members.alive(session)
      const [outcome, bytes, touchedMs] = await this.#drop(session, part, 'dead', ...alive)
      if (outcome === 'removed') forgotten += 1
      if (outcome === 'whole') {
        await this.#counted(session, part, Number(bytes), Number(touchedMs))
      } else if (outcome === 'missing' && isOld) await this.#kept.uncount(session, [names])
    }
    return forgotten
  }

  async expire(): Promise<number> {
    const { link, clock } = this.#parts
    const session = await link.session()
    const all = await this.#kept.wholeUntil(session, clock.now() - answerTtlMs, expireBatch)
    for (const names of all) await this.#drop(session, partNamed(names), 'whole')
    await this.#kept.uncount(session, all)
    return all.length
  }

  async #load(session: RedisSession, tenant: string, key: string): Promise<KeptAnswer | undefined> {
    const { keys, clock } = this.#parts
    const found = textsOf(await session.call('HMGET', keys.answer(tenant, key), ...fields))
    const [id = '', digest = '', response = '', created, touched, output = '', whole = ''] = found
    if (id === '') return undefined
    if (whole !== '' && clock.now() - Number(touched) >= answerTtlMs) return undefined
    return {
      tenant,
      key,
      id,
      digest,
      response: unmarked(response),
      created_at: Number(created),
      output: parseStored<KeptAnswer['output']>(output),
      whole: whole === '' ? null : parseStored<KeptAnswer['whole']>(whole),
    }
  }

  #change(
    part: AnswerPart,
    change: Readonly<Record<string, string>>,
    isWhole: boolean,
  ): Promise<boolean> {
    const { link, keys, clock } = this.#parts
    return link.within(async (session) => {
      const touched = clock.now()
      const values = Object.entries({ ...change, touched }).flat()
      const key = keys.answer(part.tenant, part.key)
      const bytes = Number(await session.run(changeAnswerScript, [key], [part.id, ...values]))
      if (bytes < 0) return false
      await this.#counted(session, part, bytes, isWhole ? touched : undefined)
      return true
    })
  }

  /** Forgets an answer, as `dropAnswerScript` has it. */
  async #drop(
    session: RedisSession,
    part: AnswerPart,
    why: 'made' | 'whole' | 'dead',
    ...alive: readonly string[]
  ): Promise<readonly unknown[]> {
    const key = this.#parts.keys.answer(part.tenant, part.key)
    const reply = listOf(await session.run(dropAnswerScript, [key], [part.id, why, ...alive]))
    if (textOf(reply[0]) === 'removed') await this.#kept.uncount(session, [namesOf(part)])
    return reply
  }

  /** Counts one after a change, and makes room. */
  async #counted(
    session: RedisSession,
    part: AnswerPart,
    bytes: number,
    wholeAtMs: number | undefined,
  ): Promise<void> {
    const many = await this.#kept.count(session, namesOf(part), bytes, wholeAtMs)
    for (const names of many) await this.#drop(session, partNamed(names), 'whole')
    await this.#kept.uncount(session, many)
  }
}

function namesOf({ tenant, key, id }: AnswerPart): readonly string[] {
  return [tenant, key, id]
}

function partNamed([tenant = '', key = '', id = '']: readonly string[]): AnswerPart {
  return { tenant, key, id }
}
