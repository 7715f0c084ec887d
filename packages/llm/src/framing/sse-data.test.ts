import { expect, it } from 'vitest'
import { sseData } from './sse-data.ts'

it.each<[string, string, readonly string[]]>([
  ['of each event', 'data: 1\n\nevent: e\ndata:2\n\n', ['1', '2']],
  ['with lines that end in carriage returns', 'data: 1\r\rdata: 2\r\r', ['1', '2']],
  ['of several lines', 'data: {\r\ndata: }\r\n\r\ndata: 2\r\n\r\n', ['{\n}', '2']],
  ['after a byte order mark', '\uFEFFdata: 1\n\n', ['1']],
  ['of none but comments', ': ping\n\n', []],
  ['of an event that is not closed', 'data: 1\n', ['1']],
])('the data %s', (_name, frames, data) => {
  expect(sseData(Buffer.from(frames))).toEqual(data)
})
