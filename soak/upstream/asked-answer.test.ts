import { expect, it } from 'vitest'
import { answerText, lastQuestion, questionText } from './asked-answer.ts'

it('answers the last question of a body', () => {
  const history = [1, 2].map((id) => questionText({ id, words: 3 }))
  const question = lastQuestion(JSON.stringify({ messages: history }))
  expect(question).toEqual({ id: 2, words: 3 })
  expect(question && answerText(question)).toBe(' r2 r2 r2')
  expect(lastQuestion('{}')).toBeUndefined()
})
