import { describe, expect, it } from 'vitest'
import { wordsOf } from './words.ts'

describe('words', () => {
  it('are without case, accents, common endings of English, and stop words', () => {
    expect(wordsOf('The Deployed CACHES are deploying cached deployments')).toEqual([
      'deploi',
      'cach',
      'deploi',
      'cach',
      'deployment',
    ])
    expect(wordsOf('Müller naïve')).toEqual(wordsOf('MULLER naive'))
    expect(wordsOf("thanks, that's great! OK, please continue")).toEqual([])
  })

  it('of one word and its forms are the same', () => {
    for (const [one = '', other] of [
      ['query', 'queries'],
      ['plan', 'planned'],
      ['retry', 'retries'],
      ['box', 'boxes'],
      ['call', 'calling'],
      ['budget', 'budgets'],
    ]) {
      expect(wordsOf(one)).toEqual(wordsOf(other ?? ''))
    }
  })

  it('of other languages stay apart', () => {
    expect(new Set(wordsOf('mano maní manija mañana'))).toHaveProperty('size', 4)
    expect(wordsOf('Ёлка ёлка елка')).toEqual(['елка', 'елка', 'елка'])
    expect(wordsOf('हिन्दी में')).toEqual(['हिन्दी', 'में'])
  })

  it('of identifiers are found whole and in parts', () => {
    expect(wordsOf('maxRetries')).toEqual(['maxretri', 'max', 'retri'])
    expect(wordsOf('HTTPServer my_table_name')).toEqual(
      expect.arrayContaining(['httpserver', 'http', 'server', 'tabl']),
    )
    expect(wordsOf('250ms')).toEqual(['250ms', '250', 'ms'])
  })

  it('keep numbers as they are written, without separators', () => {
    expect(wordsOf('1,000,000 or 3.14')).toEqual(['1000000', '3.14'])
  })

  it('of scripts without spaces are pairs of characters', () => {
    expect(wordsOf('東京に行く')).toEqual(['東京', '京に', 'に行', '行く'])
    expect(wordsOf('使用Redis缓存')).toEqual(['使用', 'redis', '缓存'])
  })

  it('take time in proportion to a text, whatever it is', () => {
    const milliseconds = (text: string) => {
      const startMs = performance.now()
      wordsOf(text)
      return performance.now() - startMs
    }
    for (const text of ['a.', 'aB', '_', "x'", '1,', '東a', 'é']) {
      expect(milliseconds(text.repeat(200_000)), text).toBeLessThan(2000)
    }
  })
})
