import { describe, expect, it } from 'vitest'
import { withoutUsageFrames } from './usage-frames.ts'

const content =
  'data: {"choices":[{"index":0,"delta":{"content":"\\"choices\\":[]"}}],"usage":null}'
const usage = 'data: {"choices":[],"usage":{"prompt_tokens":1}}'
const filters = 'data: {"choices": [],"prompt_filter_results":[]}'
const done = 'data: [DONE]'

describe.each(['\n\n', '\r\n\r\n', '\r\r'])('frames that end in %j', (end) => {
  const frames = (...lines: readonly string[]) =>
    Buffer.from(lines.map((line) => `${line}${end}`).join(''))
  const left = (...lines: readonly string[]) => withoutUsageFrames(frames(...lines)).toString()

  it.each([
    [
      [content, usage, done],
      [content, done],
    ],
    [[usage], []],
    [[usage.replace(':[]', ': []'), done], [done]],
    [
      [filters, content],
      [filters, content],
    ],
    [
      [': ping', usage, ': ping'],
      [': ping', ': ping'],
    ],
    [
      [content, usage, filters, usage.replace(':[]', ': []'), content, usage, done],
      [content, filters, content, done],
    ],
  ])('%j leave %j', (given, expected) => {
    expect(left(...given)).toBe(frames(...expected).toString())
  })

  it('without usage are not copied', () => {
    const bytes = frames(content, done)
    expect(withoutUsageFrames(bytes)).toBe(bytes)
  })
})

it('the last frame may lack its end', () => {
  expect(withoutUsageFrames(Buffer.from(usage)).length).toBe(0)
})
