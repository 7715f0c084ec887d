import type { Item, MessageItem } from '@fairlead/llm'
import { describe, expect, it } from 'vitest'
import { assistant, brief, call, output, system, user } from './test-support/items.ts'
import { TurnLog } from './test-support/turn-log.ts'
import type { TurnStatus } from './turn.ts'

const long = 'The Tiber flows through Rome, and Rome has 2.8 million people.'

/** Places a body that goes on after one exchange, as the caller has it. */
function afterExchange(
  logged: { question?: Item[]; answer: Item[]; status?: TurnStatus },
  sent: { question?: Item[]; answer: Item[] },
) {
  const log = new TurnLog()
  const question = logged.question ?? [user('q1')]
  log.say(question, logged.answer, logged.status)
  const body = [...(sent.question ?? question), ...sent.answer, user('q2')]
  const { placement, prompt } = log.say(body, [assistant('A2')])
  return { parent: placement.parent, said: prompt.map(brief), asSent: placement.asSent, placement }
}

/** Whether the log's form of the turn is sent, the caller's form, or the turn is not recognised. */
function formOf({ parent, asSent }: ReturnType<typeof afterExchange>): string {
  if (parent === null) return 'another turn'
  return asSent.size === 0 ? 'as logged' : 'as sent'
}

const message = (role: MessageItem['role'], ...parts: MessageItem['content']): MessageItem => ({
  type: 'message',
  role,
  content: parts,
})

const text = (value: string) => ({ type: 'input_text', text: value }) as const
const image = (url: string) => ({ type: 'input_image', image_url: url }) as const

describe('an answer', () => {
  it.each<[string, string, string, string]>([
    ['the same', long, long, 'as logged'],
    ['with other white space', long, ` ${long.replace(' and', '\r\n  and')}\n`, 'as logged'],
    ['in another Unicode form', 'Caff\u00E8', 'Caffe\u0300', 'as logged'],
    ['with marks inserted', long, long.replace('people', 'people[1]'), 'as logged'],
    ['with other marks', 'see list[1] there', 'see list[2] there', 'as sent'],
    ['without its thinking', `<think>Hm.</think>${long}`, long, 'as logged'],
    ['with its sources', long, `${long}\n\nSources:\n1. https://istat.it`, 'as sent'],
    ['of which 40 characters are left', long, long.slice(0, 40), 'as sent'],
    ['that ends in an ellipsis', long, `${long.slice(0, 40)}…`, 'as sent'],
    ['with another end', long, long.replace('2.8', '9.9'), 'another turn'],
    ['with another beginning', long, `Indeed. ${long}`, 'another turn'],
    ['short, and something after it', 'Yes.', 'Yes. Or no.', 'another turn'],
    ['short, of which less is left', 'Yes, certainly', 'Yes', 'another turn'],
    ['something else', long, 'Something else entirely, to be sure', 'another turn'],
  ])('%s', (_, logged, sent, form) => {
    const result = afterExchange({ answer: [assistant(logged)] }, { answer: [assistant(sent)] })
    expect(formOf(result)).toBe(form)
    expect(result.said).toHaveLength(3)
    expect(result.said[1]).toBe(`assistant: ${form === 'as logged' ? logged : sent}`)
  })

  it.each<[string, string, Item[], string]>([
    ['nothing', 'half an ans', [], 'as sent'],
    ['an empty message', 'half an ans', [assistant(' ')], 'as sent'],
    ['less', 'half an ans', [assistant('half')], 'as sent'],
    ['all', 'half an ans', [assistant('half an ans')], 'as logged'],
    ['more', 'half an ans', [assistant('half an answer, and m')], 'as sent'],
    ['a remark', long, [assistant(`${long.slice(0, 45)} [stopped]`)], 'as sent'],
    ['something else', long, [assistant('Something else entirely, to be sure')], 'another turn'],
  ])('that was cut, of which the caller has %s', (_, logged, answer, form) => {
    for (const status of ['incomplete', 'cancelled', 'failed'] as const) {
      const result = afterExchange({ answer: [assistant(logged)], status }, { answer })
      expect(formOf(result)).toBe(form)
      const kept = answer.map(brief).filter((said) => said.trim() !== 'assistant:')
      expect(result.said).toEqual(['user: q1', ...kept, 'user: q2'])
    }
  })

  it('may come in one message or several, with or without its reasoning', () => {
    const reasoning: Item = { type: 'reasoning', summary: [], signature: 's' }
    const parts = [reasoning, assistant('One remark. '), assistant('The answer.')]
    const joined = [assistant('One remark.\nThe answer.')]
    expect(formOf(afterExchange({ answer: parts }, { answer: joined }))).toBe('as logged')
    expect(formOf(afterExchange({ answer: joined }, { answer: parts }))).toBe('as logged')
  })

  it('is recognised although it is said again and again', () => {
    const log = new TurnLog()
    const body: Item[] = []
    for (let turn = 0; turn < 20; turn++) {
      body.push(user('go on'))
      const { placement } = log.say(body, [assistant('ok')])
      expect(placement).toMatchObject({ parent: turn === 0 ? null : `t${turn}`, supersedes: null })
      body.push(assistant('ok'))
    }
    expect(log.turns).toHaveLength(20)
  })
})

describe('a question', () => {
  const asked = { answer: [assistant(long)] }
  it.each<[string, MessageItem, MessageItem, string]>([
    ['with other white space', user('a\r\n b '), user('a b'), 'as logged'],
    ['in another Unicode form', user('Caff\u00E8'), user('Caffe\u0300'), 'as logged'],
    ['with invisible characters', user('a b'), user('\uFEFFa b\u200B'), 'as logged'],
    ['in several parts', user('a b'), message('user', text('a '), text('b')), 'as logged'],
    [
      'with line ends between parts',
      user('a\nb'),
      message('user', text('a'), text('b')),
      'as sent',
    ],
    [
      'with a cache mark',
      user('a'),
      message('user', { ...text('a'), cache_control: { type: 'ephemeral' } }),
      'as logged',
    ],
    [
      'with a query string that changes',
      user('see https://a/b?s=1'),
      user('see https://a/b?s=2'),
      'as sent',
    ],
    [
      'with an image',
      message('user', text('a'), image('https://a/b')),
      message('user', text('a'), image('https://a/b')),
      'as logged',
    ],
    [
      'with an image that is signed again',
      message('user', image('https://a/b?s=1')),
      message('user', image('https://a/b?s=2')),
      'as sent',
    ],
    [
      'with an image in it',
      message('user', image('data:image/png;base64,AAAA')),
      message('user', image('data:image/png;base64,AAAA')),
      'as logged',
    ],
    [
      'of which the caller has another form',
      user('Today is 1 May. a'),
      user('Today is 2 May. a'),
      'as sent',
    ],
  ])('%s', (_, logged, sent, form) => {
    const result = afterExchange({ ...asked, question: [logged] }, { ...asked, question: [sent] })
    expect(formOf(result)).toBe(form)
    expect(result.said[0]).toBe(brief(form === 'as logged' ? logged : sent))
    expect(result.said).toHaveLength(3)
  })

  it.each<[string, MessageItem, MessageItem]>([
    ['in other words', user('a'), user('b')],
    [
      'with another image',
      message('user', image('https://a')),
      message('user', image('https://b')),
    ],
    ['with other data', message('user', image('data:,a?1')), message('user', image('data:,a?2'))],
  ])('%s is another, where the answer does not tell', (_, logged, sent) => {
    const answer = [assistant('Yes.')]
    expect(
      formOf(afterExchange({ question: [logged], answer }, { question: [sent], answer })),
    ).toBe('another turn')
  })

  it('may be two messages', () => {
    const question = [user('a'), user('b')]
    expect(formOf(afterExchange({ ...asked, question }, { ...asked, question: [user('a')] }))).toBe(
      'another turn',
    )
    expect(formOf(afterExchange({ ...asked, question }, { ...asked, question }))).toBe('as logged')
  })
})

describe('a system message beside a question', () => {
  it('may move, change, come and go', () => {
    const log = new TurnLog()
    const said: Item[] = []
    for (let turn = 1; turn <= 8; turn++) {
      const note = turn === 1 || turn % 3 === 0 ? [] : [system(`Note ${turn}`)]
      said.push(user(`q${turn}`))
      const body = turn % 2 === 0 ? [...said, ...note] : said.toSpliced(-1, 0, ...note)
      const { placement, prompt } = log.say(body, [assistant(`A${turn}`)])
      expect(placement.exchanges).toHaveLength(1)
      expect(prompt.map(brief)).toEqual(body.map(brief))
      said.push(assistant(`A${turn}`))
    }
    expect(log.path(log.head)).toHaveLength(8)
  })
})

describe('a tool call', () => {
  it('is compared by its meaning, and outputs find it whatever its id', () => {
    const log = new TurnLog()
    log.say([user('q')], [call('call_1', '{"a":1,"b":[2]}')])
    const renamed = [user('q'), call('x', '{ "b": [2], "a": 1 }'), output('x', '{"r": 1}')]
    const { placement, prompt } = log.say(renamed, [assistant(long)])
    expect(placement).toMatchObject({ parent: 't1', supersedes: null, matched: 2 })
    expect(prompt.map(brief)).toEqual(['user: q', 'call call_1', 'output call_1'])
    const next = log.say(
      [...renamed.slice(0, 2), output('x', '{"r":1}'), assistant(long), user('z')],
      [],
    )
    expect(next.placement).toMatchObject({ parent: 't2', matched: 4 })
    expect(next.placement.asSent.size).toBe(0)
  })

  it('with other arguments is another', () => {
    const answer = [call('c', '{"a":1}')]
    const other = [call('c', '{"a":2}'), output('c')]
    expect(formOf(afterExchange({ answer }, { answer: other }))).toBe('another turn')
  })

  it('may lose the words beside it', () => {
    const result = afterExchange(
      { answer: [assistant('I shall look.'), call('c')] },
      { answer: [call('c'), output('c')] },
    )
    expect(result.said).toEqual(['user: q1', 'call c', 'output c', 'user: q2'])
    expect(formOf(result)).toBe('as sent')
  })
})
