import { describe, expect, it } from 'vitest'
import { classifyPrompt } from './classify-prompt.ts'
import { featuresOf } from './prompt-features.ts'
import { outlineMessages } from './prompt-outline.ts'

describe('a prompt', () => {
  it.each(['', ' ', '\u0000', '\ud800', '🙂🙂', '。', 'a'.repeat(100_000), '`'.repeat(9000)])(
    'of any characters has a type and a complexity from 0 to 100',
    (user) => {
      const { type, confidence, complexity } = classifyPrompt({ system: user, user })
      expect(type).not.toBe('')
      expect(confidence).toBeGreaterThan(0)
      expect(confidence).toBeLessThanOrEqual(1)
      expect(complexity).toBeGreaterThanOrEqual(0)
      expect(complexity).toBeLessThanOrEqual(100)
    },
  )

  it('has a bounded number of features, whatever its length', () => {
    const long = Array.from({ length: 20_000 }, (_, index) => `word${index}`).join(' ')
    expect(featuresOf({ system: long, user: long }).buckets.length).toBeLessThan(600)
  })

  it('is more complex when it asks for more', () => {
    const complexityOf = (user: string) => classifyPrompt({ system: '', user }).complexity
    const simple = complexityOf('Write a haiku.')
    const more = complexityOf('Write a haiku, then compare it with a sonnet and justify the form.')
    expect(more).toBeGreaterThan(simple)
  })
})

describe('an outline', () => {
  const user = (content: unknown) => ({ role: 'user', content })
  const assistant = (content: unknown) => ({ role: 'assistant', content })

  it.each([
    ['the last message', [user('a'), assistant('b'), user('c')], 'c'],
    ['messages in a row', [user('a'), assistant('b'), user('c'), user('d')], 'c\nd'],
    [
      'parts',
      [
        user([
          { type: 'text', text: 'a' },
          { type: 'text', text: 'b' },
        ]),
      ],
      'a\nb',
    ],
    [
      'the question of a loop of tools',
      [user('a'), assistant(null), { role: 'tool', content: 'x' }, assistant('y')],
      'a',
    ],
    ['nothing', [assistant('a')], ''],
    ['what is no message', [null, 3, 'x', { role: 'user' }, user(7)], ''],
  ])('holds of the user: %s', (_, messages, expected) => {
    expect(outlineMessages(messages).user).toBe(expected)
  })

  it('holds the beginning of the instructions, wherever the dialect has them', () => {
    const messages = [
      { role: 'system', content: 'a' },
      { role: 'developer', content: 'b' },
    ]
    expect(outlineMessages([...messages, user('c')]).system).toBe('a\nb')
    const beside = { instructions: [{ type: 'text', text: 'a'.repeat(5000) }] }
    expect(outlineMessages([user('c')], beside).system).toBe('a'.repeat(2048))
  })

  it('holds the beginning and the end of a long text', () => {
    const { user: text } = outlineMessages([user(`first ${'x'.repeat(50_000)} last`)])
    expect(text.length).toBeLessThan(8200)
    expect(text.startsWith('first x')).toBe(true)
    expect(text.endsWith('x last')).toBe(true)
    const parts = Array.from({ length: 10_000 }, (_, index) => ({ type: 'text', text: `${index}` }))
    expect(outlineMessages([user(parts)]).user.length).toBeLessThan(8200)
  })

  it.each([
    [[user('a')], false],
    [[user([{ type: 'image_url', image_url: { url: 'x' } }])], true],
    [[user([{ type: 'image', source: {} }]), assistant('a'), user('b')], true],
    [[user([{ type: 'tool_result', content: [{ type: 'image', source: {} }] }])], true],
  ])('knows whether there are images: %j', (messages, expected) => {
    expect(outlineMessages(messages).hasImages).toBe(expected)
  })

  it('names tools in the forms of every dialect', () => {
    const tools = [
      { type: 'function', function: { name: 'a' } },
      { name: 'b', input_schema: {} },
      { type: 'custom', custom: { name: 'c' } },
      { type: 'web_search' },
      { type: 'computer', name: 'd' },
      null,
    ]
    expect(outlineMessages([], { tools }).tools).toEqual(['a', 'b', 'c', 'web_search', 'd'])
  })

  it.each<[object, readonly string[]]>([
    [{ type: 'function', name: 'shell', function: { name: 'look' } }, ['look', 'shell']],
    [{ type: 'custom', name: 'shell', custom: { name: 'look' } }, ['look', 'shell']],
    [{ function: { name: 'shell' } }, ['shell']],
    [{ type: 'search', search: { name: 'look' }, function: { name: 'shell' } }, ['look', 'shell']],
  ])('gives every name that some server reads of %j', (tool, names) => {
    expect(outlineMessages([], { tools: [tool] }).tools).toEqual(names)
  })
})
