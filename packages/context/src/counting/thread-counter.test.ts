import { randomBytes } from 'node:crypto'
import { silentLogger, systemClock } from '@fairlead/base'
import { afterAll, describe, expect, it } from 'vitest'
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base'
import { ThreadCounter } from './thread-counter.ts'

const counter = new ThreadCounter({ clock: systemClock, logger: silentLogger })
afterAll(() => counter.close())
const deadlineMs = 30_000
const count = (...texts: string[]) => counter.count({ encoding: 'o200k_base', texts, deadlineMs })

describe('ThreadCounter', () => {
  it.each([
    ['base64', randomBytes(4500).toString('base64')],
    ['hexadecimal', randomBytes(4000).toString('hex')],
    ['numbers', Array.from({ length: 900 }, (_, index) => index * 7919).join(' ')],
    ['JSON', JSON.stringify(Array.from({ length: 200 }, (_, id) => ({ id, ok: id % 2 === 0 })))],
    ['Hindi', 'यह एक छोटा सा वाक्य है जो बार-बार आता है। '.repeat(50)],
    ['German', 'Die Straßenverkehrsordnung überrascht größere Käfer häufig. '.repeat(50)],
    ['Russian', 'Съешь же ещё этих мягких французских булок, да выпей чаю. '.repeat(50)],
    ['Chinese', '我们在公园里散步,天气很好,孩子们在玩。'.repeat(50)],
    ['spaces', ' '.repeat(8000)],
  ])('counts %s as the tokenizer does', async (_, text) => {
    const [counted = 0] = (await count(text)) ?? []
    const exact = countTokens(text)
    expect(Math.abs(counted / exact - 1)).toBeLessThan(0.01)
  })

  it.each([
    ['a special token', '<|endoftext|><|im_start|>', 12],
    ['lone surrogates', 'a\ud800b\udc00', 4],
    ['nothing', '', 0],
  ])('takes %s as text', async (_, text, tokens) => {
    expect(await count(text)).toEqual([tokens])
  })

  it('counts by the older vocabulary, too', async () => {
    const texts = ['Hallo, größte Überraschung', '']
    const older = await counter.count({ encoding: 'cl100k_base', texts, deadlineMs })
    expect(older).not.toEqual(await count(...texts))
    expect(older).toEqual([9, 0])
  })

  it.each([['a'], [' '], ['!'], ['漢'], ['é'], ['!/\n'], ['aä']])(
    'takes linear time for a long run of %j',
    async (unit) => {
      // Counted whole, these would take minutes.
      expect(await count(unit.repeat(200_000 / unit.length))).toHaveLength(1)
    },
  )

  it('does not count what takes too long, and goes on', async () => {
    const texts = [randomBytes(3_000_000).toString('base64')]
    expect(await counter.count({ encoding: 'o200k_base', texts, deadlineMs: 1 })).toBeUndefined()
    expect(await count('one')).toEqual([1])
  })

  it('does not let more wait than it may', async () => {
    const texts = ['a'.repeat(65 * 1024 * 1024)]
    expect(await counter.count({ encoding: 'o200k_base', texts, deadlineMs })).toBeUndefined()
  })

  it('tells those who wait when it is closed', async () => {
    const another = new ThreadCounter({ clock: systemClock, logger: silentLogger })
    const waiting = another.count({ encoding: 'o200k_base', texts: ['one'], deadlineMs })
    await another.close()
    expect(await waiting).toBeUndefined()
    expect(
      await another.count({ encoding: 'o200k_base', texts: ['one'], deadlineMs }),
    ).toBeUndefined()
  })
})
