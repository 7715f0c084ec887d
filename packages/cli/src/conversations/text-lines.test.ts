import { expect, it } from 'vitest'
import { textLines } from './text-lines.ts'

async function linesOf(chunks: readonly Uint8Array[]): Promise<readonly string[]> {
  async function* stream() {
    yield* chunks
  }
  const lines: string[] = []
  for await (const line of textLines(stream())) lines.push(line)
  return lines
}

it('the lines of a stream are whole wherever it is cut, also within a character', async () => {
  const bytes = Buffer.from('{"a":"ä€"}\n\nsecond\nthe last')
  const whole = ['{"a":"ä€"}', '', 'second', 'the last']
  for (let at = 0; at <= bytes.length; at++) {
    expect(await linesOf([bytes.subarray(0, at), bytes.subarray(at)])).toEqual(whole)
  }
  const single = Array.from(bytes, (_, at) => bytes.subarray(at, at + 1))
  expect(await linesOf(single)).toEqual(whole)
  expect(await linesOf([])).toEqual([])
})

it('a line without an end is not collected for ever', async () => {
  const megabyte = Buffer.alloc(1024 ** 2, 97)
  await expect(linesOf(Array.from({ length: 66 }, () => megabyte))).rejects.toThrow(
    'a line has more',
  )
})
