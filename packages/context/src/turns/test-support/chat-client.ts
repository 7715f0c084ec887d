import type { Item } from '@fairlead/llm'
import { assistant, output, system, user } from './items.ts'

/** What a chat interface sends, and what it takes to be the whole prompt. */
export interface ChatCall {
  /** What the user did. */
  readonly action: string
  /** Which of the interface's tabs sends it. */
  readonly tab: number
  readonly body: readonly Item[]
  /** The messages on the screen, as they were sent: nothing else may be in the prompt. */
  readonly believes: readonly Item[]
  /**
   * Whether the screen has exchanges that the log cannot have: answers that were written by hand,
   * messages deleted from the middle of an exchange.
   */
  readonly rearranged: boolean
  /**
   * Whether nothing tells the body from new input that follows what was said before: it has no
   * question, or no answer, and this client has not repeated one yet.
   */
  readonly ambiguous: boolean
}

/** How a call ended, as far as the interface could see. */
export interface ChatAnswer {
  readonly items: readonly Item[]
  readonly stopped: boolean
}

/** One way in which an interface keeps or sends what was said. */
export interface ChatHabits {
  /** The system message of each call; undefined for none. */
  readonly instructions: ((call: number) => string) | undefined
  /** How many of the newest messages are sent; undefined for all. */
  readonly window: number | undefined
  /** What becomes of an answer before it is shown and kept. */
  readonly keep: (item: Item) => Item
  /** What becomes of a message each time it is sent. */
  readonly send: (item: Item, call: number) => Item
}

interface View {
  readonly messages: readonly Item[]
  readonly rearranged: boolean
}

const emptyView: View = { messages: [], rearranged: false }

/**
 * A chat interface with two tabs and a user who does everything that such interfaces let users do.
 * It knows only what it has shown: pure, and the same for the same random numbers. Call `next`, send
 * what it gives, tell the outcome to `receive`.
 */
export class ChatClient {
  readonly #random: () => number
  readonly #habits: ChatHabits
  readonly #views: View[] = [emptyView, emptyView]
  /** What was on a screen before it was changed: users go back to it. */
  readonly #earlier: View[] = []
  #calls = 0
  #said = 0
  #hasRepeated = false
  #last: { readonly call: ChatCall; readonly view: View } | undefined

  constructor(random: () => number, habits: ChatHabits) {
    this.#random = random
    this.#habits = habits
  }

  /**
   * What the user does next that makes the interface send something: in any tab, or in one of which
   * no call is under way.
   */
  next(inTab?: 0 | 1): ChatCall {
    const retries = inTab === undefined && this.#chance(0.05)
    if (this.#last !== undefined && retries) return this.#retry(this.#last)
    const tab = inTab ?? (this.#calls > 3 && this.#chance(0.2) ? 1 : 0)
    if (this.#calls > 3 && this.#views[tab]?.messages.length === 0) this.#reload(tab)
    let action = ''
    if (this.#isAsking(tab) && this.#chance(0.5)) action += this.#ask(tab)
    for (let steps = 0; steps < 20 && !this.#isAsking(tab); steps++) action += this.#act(tab)
    if (!this.#isAsking(tab)) action += this.#ask(tab)
    const call = this.#call(tab, action)
    this.#last = { call, view: this.#view(tab) }
    return call
  }

  receive({ tab }: ChatCall, { items, stopped }: ChatAnswer): void {
    const { messages, rearranged } = this.#view(tab)
    const kept = stopped ? this.#partOf(items) : items
    const shown = kept.map(this.#habits.keep)
    this.#show(tab, { messages: [...messages, ...shown], rearranged })
  }

  /** The same again, as if its answer had never come. */
  #retry({ call, view }: { readonly call: ChatCall; readonly view: View }): ChatCall {
    this.#show(call.tab, view)
    return { ...call, action: 'retry' }
  }

  #call(tab: number, action: string): ChatCall {
    const { messages, rearranged } = this.#view(tab)
    const number = this.#calls++
    const sent = messages.map((item) => this.#habits.send(item, number))
    const { instructions, window } = this.#habits
    const windowed = window === undefined ? sent : sent.slice(-window)
    const before = messages[messages.length - windowed.length - 1]
    // What is left of a question that got no answer, and of the next one, is neither.
    const beginsWithin = before !== undefined && !isFromModel(before) && isQuestion(windowed[0])
    const head = instructions === undefined ? [] : [system(instructions(number))]
    const hasAnswer = windowed.some(isFromModel)
    const ambiguous = number > 0 && !(windowed.some(isQuestion) && (hasAnswer || this.#hasRepeated))
    this.#hasRepeated ||= hasAnswer && !rearranged
    if (window === undefined) this.#show(tab, { messages, rearranged: false })
    return {
      action,
      tab,
      body: [...head, ...windowed],
      believes: [...head, ...windowed],
      rearranged: rearranged || beginsWithin,
      ambiguous,
    }
  }

  /** One thing that a user does; some of them make the last message a question. */
  #act(tab: number): string {
    const { messages } = this.#view(tab)
    if (messages.length === 0 || this.#chance(0.5)) return this.#ask(tab)
    if (isCall(messages.at(-1))) return this.#answerCalls(tab)
    const actions = [
      () => this.#ask(tab),
      () => this.#regenerate(tab),
      () => this.#editQuestion(tab),
      () => this.#editAnswer(tab),
      () => this.#deleteExchange(tab),
      () => this.#deleteMessage(tab),
      () => this.#goBack(tab),
      () => this.#reload(tab),
    ]
    return actions[this.#below(actions.length)]?.() ?? ''
  }

  #ask(tab: number): string {
    const { messages, rearranged } = this.#view(tab)
    if (isCall(messages.at(-1))) return this.#answerCalls(tab)
    this.#show(tab, { messages: [...messages, user(this.#question())], rearranged })
    return 'ask '
  }

  #answerCalls(tab: number): string {
    const { messages, rearranged } = this.#view(tab)
    const from = messages.findLastIndex((item) => !isCall(item)) + 1
    const outputs = messages
      .slice(from)
      .flatMap((item) => (item.type === 'function_call' ? [output(item.call_id)] : []))
    this.#show(tab, { messages: [...messages, ...outputs], rearranged })
    return 'answer calls '
  }

  #regenerate(tab: number): string {
    const { messages, rearranged } = this.#view(tab)
    const answers = indexes(
      messages,
      (item) => item.type === 'message' && item.role === 'assistant',
    )
    const at = answers[this.#below(answers.length)]
    if (at === undefined) return ''
    const from = messages.slice(0, at).findLastIndex((item) => !isFromModel(item)) + 1
    if (from === 0) return ''
    this.#change(tab, { messages: messages.slice(0, from), rearranged })
    return 'regenerate '
  }

  #editQuestion(tab: number): string {
    const { messages, rearranged } = this.#view(tab)
    const at = this.#questionAt(messages)
    if (at === undefined) return ''
    const edited = user(`${this.#question()} (edited)`)
    this.#change(tab, { messages: [...messages.slice(0, at), edited], rearranged })
    return 'edit '
  }

  #editAnswer(tab: number): string {
    const { messages } = this.#view(tab)
    const answers = indexes(
      messages,
      (item) => item.type === 'message' && item.role === 'assistant',
    )
    const at = answers[this.#below(answers.length)]
    if (at === undefined) return ''
    const edited = assistant(`By hand: ${this.#said++}`)
    this.#change(tab, { messages: messages.with(at, edited), rearranged: true })
    return 'edit answer '
  }

  #deleteExchange(tab: number): string {
    const { messages, rearranged } = this.#view(tab)
    const at = this.#questionAt(messages)
    if (at === undefined) return ''
    const rest = messages.slice(at + 1)
    const next = rest.findIndex(isQuestion)
    const after = next === -1 ? [] : rest.slice(next)
    // A question that got no answer is one exchange with the next, of which this deletes a part.
    const isBegun = (end: number) => end >= 0 && !isFromModel(messages[end] ?? user(''))
    const within = isBegun(at - 1) || (after.length > 0 && isBegun(at + next))
    this.#change(tab, {
      messages: [...messages.slice(0, at), ...after],
      rearranged: rearranged || within,
    })
    return 'delete exchange '
  }

  #deleteMessage(tab: number): string {
    const { messages } = this.#view(tab)
    const plain = indexes(messages, (item) => item.type === 'message')
    const at = plain[this.#below(plain.length)]
    if (at === undefined) return ''
    this.#change(tab, { messages: messages.toSpliced(at, 1), rearranged: true })
    return 'delete message '
  }

  #goBack(tab: number): string {
    const earlier = this.#earlier[this.#below(this.#earlier.length)]
    if (earlier === undefined) return ''
    this.#change(tab, earlier)
    return 'go back '
  }

  /** The tab shows what the other one does, which may have gone on. */
  #reload(tab: number): string {
    this.#show(tab, this.#view(1 - tab))
    return 'reload '
  }

  /** Whether the last message waits for an answer. */
  #isAsking(tab: number): boolean {
    const last = this.#view(tab).messages.at(-1)
    return last !== undefined && !isFromModel(last)
  }

  /** What was shown of an answer when the user stopped it. */
  #partOf(items: readonly Item[]): readonly Item[] {
    const [first] = items
    if (first?.type !== 'message' || this.#chance(0.3)) return []
    const text = first.content.map((part) => ('text' in part ? part.text : '')).join('')
    const end = this.#below(text.length) + 1
    return [assistant(this.#chance(0.3) ? `${text.slice(0, end)}…` : text.slice(0, end))]
  }

  #questionAt(messages: readonly Item[]): number | undefined {
    const questions = indexes(messages, isQuestion)
    return questions[this.#below(questions.length)]
  }

  #question(): string {
    const often = ['yes', 'go on', 'Why?']
    const said = this.#chance(0.2) ? often[this.#below(often.length)] : undefined
    return said ?? `Question ${this.#said++}: https://files.test/a?signature=0`
  }

  #view(tab: number): View {
    return this.#views[tab] ?? emptyView
  }

  #show(tab: number, view: View): void {
    this.#views[tab] = view
  }

  #change(tab: number, view: View): void {
    this.#earlier.push(this.#view(tab))
    this.#show(tab, view)
  }

  #chance(probability: number): boolean {
    return this.#random() < probability
  }

  #below(count: number): number {
    return Math.floor(this.#random() * count)
  }
}

function isQuestion(item: Item | undefined): boolean {
  return item?.type === 'message' && item.role === 'user'
}

function isCall(item: Item | undefined): boolean {
  return item?.type === 'function_call'
}

function isFromModel(item: Item): boolean {
  return isCall(item) || (item.type === 'message' && item.role === 'assistant')
}

function indexes(items: readonly Item[], test: (item: Item) => boolean): number[] {
  return items.flatMap((item, index) => (test(item) ? [index] : []))
}
