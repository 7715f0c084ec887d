import type { Agent } from 'node:http'
import type { SeededRandom } from '@fairlead/base/testing'
import { type Dialect, type Item, openAiChat } from '@fairlead/llm'
import {
  ChatClient,
  type ChatCall,
  type ChatHabits,
} from '../../packages/context/src/turns/test-support/chat-client.ts'
import { ChatModel } from '../../packages/context/src/turns/test-support/chat-model.ts'
import { brokenIn, expectedPrompt, saidIn } from './believed-prompt.ts'
import { type CallResult, ChatCallUnderWay, type WireCall } from './chat-call.ts'
import { waitFor } from '../support/wait-for.ts'
import type { ChatGateways } from './chat-gateways.ts'
import { canBegin, type ChatSurface, chatSurfaces, requestBody } from './chat-surface.ts'
import {
  messagesBytes,
  type Script,
  type ScriptedModel,
  type SeenPrompt,
} from './scripted-model.ts'

/** What interfaces cut off a message that the log has whole: marks of thinking, blanks. */
const trimmedBytesMax = 64

/** How a call ended for the log. */
type Outcome = 'whole' | 'failed' | 'cancelled' | 'left running'

interface SentCall {
  /** Whether the other tab may have said the same at the same moment: an SDK cannot tell them apart. */
  readonly inBothTabs?: true
  readonly wire: WireCall
  readonly call: ChatCall
  readonly outcome: Outcome
  /** Of the answer, if the call has a whole one or will have it. */
  readonly script: PlannedScript
}

interface PlannedScript extends Script {
  readonly begun: Promise<void>
  release(): void
}

interface StoredTurn {
  readonly status: string
  readonly plan: string | null
}

interface Answered {
  readonly outcome: Outcome
  readonly shown: readonly Item[]
  readonly stopped: boolean
}

interface SessionParts {
  readonly id: string
  readonly random: SeededRandom
  readonly habits: ChatHabits
  readonly gateways: ChatGateways
  readonly model: ScriptedModel
  readonly agent: Agent
}

/** Counts what sessions have done, by name. */
type Tally = (what: string) => void

/** A user of a chat interface with two tabs, and a conversation that the gateway keeps. */
export class ChatSession {
  readonly #parts: SessionParts
  readonly #tally: Tally
  readonly #client: ChatClient
  readonly #answers: ChatModel
  readonly #surface: ChatSurface
  readonly #mixesSurfaces: boolean
  /** What went wrong. */
  readonly problems: string[] = []
  #last: SentCall | undefined
  #asked = 0
  #mayCopy = false
  readonly #used = new Set<Dialect>()
  #keys = 0

  constructor(parts: SessionParts, tally: Tally) {
    this.#parts = parts
    this.#tally = tally
    const { random, habits } = parts
    this.#client = new ChatClient(() => random.next(), habits)
    this.#answers = new ChatModel(() => random.next())
    this.#surface = random.pick(chatSurfaces)
    this.#mixesSurfaces = random.chance(0.2)
  }

  async run(calls: number): Promise<void> {
    for (let number = 0; number < calls && this.problems.length === 0; number++) {
      const inBothTabs = number > 2 && this.#parts.random.chance(0.15)
      await (inBothTabs ? this.#sayInBothTabs() : this.#say())
    }
    if (this.problems.length === 0) await this.#checkTurns()
    this.#parts.model.forget(this.#parts.id)
  }

  async #say(): Promise<void> {
    const { model, id } = this.#parts
    const call = this.#next()
    for (const word of call.action.split(' ')) this.#tally(word)
    const { prompts } = model.session(id)
    const before = prompts.length
    const isRetry = call.action === 'retry' && this.#last !== undefined
    const sent = isRetry && this.#last ? await this.#retry(this.#last) : await this.#sendNew(call)
    this.#check([call], prompts.slice(before), sent.asks ? 1 : 0)
    this.#client.receive(call, { items: sent.answered.shown, stopped: sent.answered.stopped })
  }

  /** What the user says in a second tab before the first has its answer. */
  async #sayInBothTabs(): Promise<void> {
    this.#tally('both tabs')
    const { model, id } = this.#parts
    await this.#endRunning()
    const { prompts } = model.session(id)
    const before = prompts.length
    const calls = [this.#next(0), this.#next(1)]
    const scripts = calls.map(() => this.#script({ kind: 'answers', output: this.#wholeAnswer() }))
    const wires = calls.map((call) => this.#wire(call))
    const results = await Promise.all(wires.map((wire) => this.#open(wire).ended))
    this.#check(calls, prompts.slice(before), 2)
    // Whichever came first got the first answer.
    const left = [...scripts]
    for (const [index, call] of calls.entries()) {
      const result = results[index]
      const shown = result !== undefined && 'items' in result ? result.items : []
      const at = left.findIndex(({ output }) => saidIn(output) === saidIn(shown))
      const [script] = at === -1 ? [] : left.splice(at, 1)
      const wire = wires[index]
      if (script === undefined || wire === undefined) {
        return this.#problem('a tab has not got an answer of its own', results)
      }
      this.#last = { wire, call, outcome: 'whole', script, inBothTabs: true }
      this.#client.receive(call, { items: shown, stopped: false })
    }
  }

  /** No provider takes an output without its call, which some interfaces cut off. */
  #next(inTab?: 0 | 1): ChatCall {
    const call = this.#client.next(inTab)
    return {
      ...call,
      body: withoutLostOutputs(call.body),
      believes: withoutLostOutputs(call.believes),
    }
  }

  async #sendNew(call: ChatCall): Promise<{ asks: boolean; answered: Answered }> {
    const wire = this.#wire(call)
    const { output, status, seen } = this.#answers.answer()
    if (status === 'failed') {
      const script = this.#script({ kind: 'fails', output: [] })
      return { asks: true, answered: await this.#finish(wire, call, script, 'failed') }
    }
    if (status === 'cancelled') {
      return { asks: true, answered: await this.#stop(wire, call, output) }
    }
    const isJoined = wire.headers['idempotency-key'] !== undefined && this.#chance(0.3)
    const script = this.#script({ kind: isJoined ? 'halts' : 'answers', output })
    if (isJoined) void this.#join(wire, script)
    const answered = await this.#finish(wire, call, script, 'whole')
    return {
      asks: true,
      answered: { ...answered, shown: seen.items.length > 0 ? answered.shown : [] },
    }
  }

  /** The page is loaded again while the answer comes: both must get it. */
  async #join(wire: WireCall, script: PlannedScript): Promise<void> {
    this.#tally('join')
    await script.begun
    const again = this.#open(wire)
    script.release()
    const joined = await again.ended
    if (!('items' in joined) || saidIn(joined.items) !== saidIn(script.output)) {
      this.#problem('a call that joins gets another answer', { joined, said: script.output })
    }
  }

  /** The same call again, because its answer did not come. */
  async #retry(last: SentCall): Promise<{ asks: boolean; answered: Answered }> {
    const hasKey = last.wire.headers['idempotency-key'] !== undefined
    const isBySdk = !hasKey && last.inBothTabs !== true && this.#chance(0.6)
    const wire = isBySdk
      ? { ...last.wire, headers: { ...last.wire.headers, 'x-stainless-retry-count': '1' } }
      : last.wire
    const isKnown = hasKey || wire.headers['x-stainless-retry-count'] !== undefined
    if (isKnown && (last.outcome === 'whole' || last.outcome === 'left running')) {
      this.#tally(last.outcome === 'whole' ? 'replayed' : 'joined after leaving')
      const again = this.#open(wire)
      last.script.release()
      const answered = this.#answered(await again.ended, 'whole', last.script)
      this.#last = { ...last, outcome: 'whole' }
      return { asks: false, answered }
    }
    this.#tally('asked again')
    // Until the gateway has seen that the first call's caller left, this one would join it.
    if (last.outcome === 'cancelled') await this.#ended()
    const script = this.#script({ kind: 'answers', output: this.#wholeAnswer() })
    return { asks: true, answered: await this.#finish(wire, last.call, script, 'whole') }
  }

  async #stop(wire: WireCall, call: ChatCall, output: readonly Item[]): Promise<Answered> {
    const { random } = this.#parts
    const way = random.pick(['by its route', 'by leaving', 'later'] as const)
    this.#tally(`stop ${way}`)
    const headers = {
      ...wire.headers,
      ...(way === 'by leaving' ? { 'x-fairlead-on-disconnect': 'cancel' } : {}),
    }
    const stopped = { ...wire, headers }
    const script = this.#script({ kind: 'halts', output })
    const open = this.#open(stopped)
    await Promise.race([script.begun, open.ended])
    if (wire.stream && output.length > 0) await open.begun
    const shown = open.shown()
    if (way === 'by its route') await this.#cancel()
    open.leave()
    const outcome = way === 'later' ? 'left running' : 'cancelled'
    this.#last = { wire: stopped, call, outcome, script }
    return { outcome, shown, stopped: shown.length > 0 }
  }

  async #finish(
    wire: WireCall,
    call: ChatCall,
    script: PlannedScript,
    outcome: 'whole' | 'failed',
  ): Promise<Answered> {
    const answered = this.#answered(await this.#open(wire).ended, outcome, script)
    this.#last = { wire, call, outcome, script }
    return answered
  }

  #answered(result: CallResult, outcome: 'whole' | 'failed', script: PlannedScript): Answered {
    const isWhole = 'items' in result
    if (isWhole !== (outcome === 'whole')) this.#problem(`a call is not ${outcome}`, result)
    const shown = isWhole ? result.items : []
    if (isWhole && saidIn(shown) !== saidIn(script.output)) {
      this.#problem('the answer is not what the model said', { shown, said: script.output })
    }
    return { outcome, shown, stopped: false }
  }

  #check(calls: readonly ChatCall[], prompts: readonly SeenPrompt[], expected: number): void {
    this.#asked += expected
    this.#mayCopy ||= calls.some(
      ({ rearranged, ambiguous, body }) =>
        // Some surfaces make one message of two, which is another than the two that others stored.
        rearranged || ambiguous || (this.#used.size > 1 && hasQuestionsInARow(body)),
    )
    if (prompts.length !== expected) {
      return this.#problem(`the model was asked ${prompts.length} times, not ${expected}`, calls)
    }
    const { persona } = this.#parts.gateways
    const left = [...prompts]
    for (const { ambiguous, believes } of expected === 0 ? [] : calls) {
      if (ambiguous) continue
      const items = expectedPrompt(believes, persona)
      const at = left.findIndex((prompt) => saidIn(prompt.items) === saidIn(items))
      const [prompt] = at === -1 ? [] : left.splice(at, 1)
      if (prompt === undefined) {
        const got = left.map((each) => saidIn(each.items))
        return this.#problem('the prompt is not what the user believes', {
          action: calls.map(({ action }) => action),
          believed: saidIn(items),
          got,
        })
      }
      this.#checkForm(prompt, believes, items)
    }
  }

  #checkForm(prompt: SeenPrompt, believes: readonly Item[], items: readonly Item[]): void {
    const problems = brokenIn(prompt, believes)
    if (problems.length > 0) this.#problem(problems.join(), prompt.items)
    const body = requestBody(openAiChat, 'm', items, false) as { readonly messages: unknown }
    const bytesMax = messagesBytes(body) + trimmedBytesMax * items.length
    if (prompt.bytes > bytesMax || prompt.items.length > items.length) {
      this.#problem(`the prompt has ${prompt.bytes} bytes, the body ${bytesMax}`, {
        sent: believes,
        prompt: prompt.items,
      })
    }
  }

  /** Every prompt stands for one turn, which has ended; nothing else is stored. */
  async #checkTurns(): Promise<void> {
    await this.#endRunning()
    const data = await this.#ended()
    const made = data.filter(({ plan }) => plan !== null)
    const statuses = data.map(({ status }) => status)
    if (made.length !== this.#asked) {
      this.#problem(`${made.length} turns are stored for ${this.#asked} prompts`, statuses)
    }
    if (!this.#mayCopy && data.length !== made.length) {
      this.#problem(`${data.length - made.length} turns are copies`, statuses)
    }
  }

  /** The turns when all have ended: the gateway need not have seen yet that its caller left. */
  #ended(): Promise<readonly StoredTurn[]> {
    return waitFor('the end of the turns', async () => {
      const turns = await this.#turns()
      return turns.every(({ status }) => status !== 'in_progress') && turns
    })
  }

  async #turns(): Promise<readonly StoredTurn[]> {
    const { id, gateways, random } = this.#parts
    const url = `${random.pick(gateways.urls)}/v1/conversations/${id}/turns?limit=100`
    const { data } = (await (await fetch(url)).json()) as { readonly data: readonly StoredTurn[] }
    return data
  }

  /** Stops the turn that goes on without its user. */
  async #endRunning(): Promise<void> {
    if (this.#last?.outcome !== 'left running') return
    await this.#cancel()
    this.#last = { ...this.#last, outcome: 'cancelled' }
  }

  async #cancel(): Promise<void> {
    const { id, gateways, random } = this.#parts
    const url = `${random.pick(gateways.urls)}/v1/conversations/${id}/cancel`
    const response = await fetch(url, { method: 'POST' })
    const text = await response.text()
    if (response.status !== 200) this.#problem('a turn is not cancelled', text)
  }

  #wire(call: ChatCall): WireCall {
    const { id, random } = this.#parts
    const wanted = this.#mixesSurfaces ? random.pick(chatSurfaces) : this.#surface
    const able = chatSurfaces.filter((surface) => canBegin(surface, call.body))
    const { dialect, path } = able.includes(wanted) ? wanted : random.pick(able)
    this.#used.add(dialect)
    const stream = random.chance(0.5)
    const key: Record<string, string> = random.chance(0.3)
      ? { 'idempotency-key': `${id}-${this.#keys++}` }
      : {}
    return {
      dialect,
      path: path(id, stream),
      body: JSON.stringify(requestBody(dialect, id, call.body, stream)),
      headers: { 'x-fairlead-conversation': id, ...key },
      stream,
    }
  }

  #open(wire: WireCall): ChatCallUnderWay {
    const { gateways, random, agent } = this.#parts
    return new ChatCallUnderWay(random.pick(gateways.urls), agent, wire)
  }

  #script(parts: Pick<Script, 'kind' | 'output'>): PlannedScript {
    const { model, id } = this.#parts
    const begun = Promise.withResolvers<void>()
    const released = Promise.withResolvers<void>()
    const script = {
      ...parts,
      begun: begun.promise,
      asked: () => begun.resolve(),
      released: released.promise,
      release: () => released.resolve(),
    }
    model.session(id).scripts.push(script)
    return script
  }

  #wholeAnswer(): readonly Item[] {
    for (;;) {
      const { output, status } = this.#answers.answer()
      if (status === 'completed') return output
    }
  }

  #chance(probability: number): boolean {
    return this.#parts.random.chance(probability)
  }

  #problem(what: string, evidence: unknown): void {
    const said = typeof evidence === 'string' ? evidence : JSON.stringify(evidence, null, 1)
    this.problems.push(`${this.#parts.id} (${this.#surface.name}): ${what}\n${said}`)
  }
}

function hasQuestionsInARow(items: readonly Item[]): boolean {
  const isQuestion = (item: Item | undefined) => item?.type === 'message' && item.role === 'user'
  return items.some((item, index) => isQuestion(item) && isQuestion(items[index + 1]))
}

function withoutLostOutputs(items: readonly Item[]): readonly Item[] {
  const calls = new Set<string>()
  return items.filter((item) => {
    if (item.type === 'function_call') calls.add(item.call_id)
    return item.type !== 'function_call_output' || calls.has(item.call_id)
  })
}
