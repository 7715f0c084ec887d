import { timeGrowth } from '@fairlead/base/testing'
import { describe, expect, it } from 'vitest'
import { collapsedText, normalisedAnswer, normalisedQuestion } from './normalised-text.ts'

const answer = 'Rome has 2.8 million people. See [the census](https://istat.it/rome).'

describe('an answer', () => {
  it.each([
    [
      'spaces and line ends',
      ' Rome has 2.8 million\r\n people. See [the census](https://istat.it/rome).\n',
    ],
    ['invisible characters', `\uFEFF${answer.replace('million', 'mil\u200Blion')}`],
    ['marks of citations', answer.replace('people', 'people[1][2, 3] [^note]【4:0†source】')],
    [
      'marks with links',
      answer.replace('people.', 'people.[1](https://a/b) [[2]](https://c/d "e")'),
    ],
    ['links without targets', answer.replace('[the census](https://istat.it/rome)', 'the census')],
    ['query strings', answer.replace('/rome', '/rome?utm_source=chat')],
    ['thinking', `<think>\nHm, [1].\n</think>\n\n${answer}`],
    ['thinking without its beginning', `Hm.</think>${answer}`],
    ['thinking as details', `<details type="reasoning" done="true">\n> Hm\n</details>${answer}`],
    ['thinking in the middle', answer.replace('See', '<thinking>Where?</thinking>See')],
  ])('is recognised with %s', (_, sent) => {
    expect(normalisedAnswer(sent).text).toBe(normalisedAnswer(answer).text)
  })

  it('is recognised in another Unicode form', () => {
    expect(normalisedAnswer('Cafe\u0301')).toEqual(normalisedAnswer('Caf\u00E9'))
  })

  it('loses an ellipsis at its end, but no full stop', () => {
    expect(normalisedAnswer('Rome ha…').text).toBe('Romeha')
    expect(normalisedAnswer('Rome ha...').text).toBe('Romeha')
    expect(normalisedAnswer('Rome.').text).toBe('Rome.')
  })

  it('that is still thinking says nothing', () => {
    expect(normalisedAnswer('<think>Hm, where').text).toBe('')
  })

  it('tells what was stripped from it', () => {
    expect(normalisedAnswer('list[1]').decoration).not.toBe(normalisedAnswer('list[2]').decoration)
    expect(normalisedAnswer('list').decoration).toBe('')
  })

  it('keeps brackets that are neither marks nor links', () => {
    expect(normalisedAnswer('a[i] = [x, y]; f(z)').text).toBe('a[i]=[x,y];f(z)')
  })
})

describe('a question', () => {
  it('keeps marks and thinking, as its author wrote them', () => {
    expect(normalisedQuestion('<think> list[1]').text).toBe('<think>list[1]')
  })

  it('loses query strings', () => {
    const signed = (signature: string) => `Look at https://a/b.png?sig=${signature} please?`
    expect(normalisedQuestion(signed('1')).text).toBe(normalisedQuestion(signed('2')).text)
    expect(collapsedText(signed('1'))).not.toBe(collapsedText(signed('2')))
  })

  it('is the very same when only the amount of white space differs', () => {
    expect(collapsedText(' a\r\n\tb ')).toBe(collapsedText('a b'))
    expect(collapsedText('a b')).not.toBe(collapsedText('ab'))
  })
})

it.each([
  ['brackets', '['],
  ['brackets that end', '[]'],
  ['links', '[a](b'],
  ['unfinished links', ']('],
  ['links with titles', '[](a"b'],
  ['marks', '[1'],
  ['footnotes', '[^a'],
  ['corner brackets', '【'],
  ['thinking', '<think>'],
  ['ends of thinking', '</think>'],
  ['details', '<details type="reasoning"'],
  ['addresses', 'http://'],
  ['queries', 'http://a?'],
  ['spaces', ' \u200B'],
  ['full stops', '.'],
  ['accents', 'e\u0301'],
  ['marks of one letter that are to be sorted', '\u0315\u0300'],
])('takes linear time: %s', async (_, piece) => {
  const growth = await timeGrowth(
    (size) => piece.repeat(size / piece.length),
    40_000,
    (text) => [normalisedAnswer(text), normalisedQuestion(text), collapsedText(text)],
  )
  expect(growth).toBeLessThan(32)
})
