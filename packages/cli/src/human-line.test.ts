import { expect, it } from 'vitest'
import { humanLine } from './human-line.ts'

const time = Date.parse('2026-11-28T07:00:00.123Z')

it.each([
  [
    { level: 30, time, msg: 'call', model: 'gpt-5', status: 200, consumer: 'team-a/app' },
    '2026-11-28T07:00:00.123Z INFO  call model=gpt-5 status=200 consumer=team-a/app',
  ],
  [
    { level: 40, time, msg: 'careful', reason: 'it is late' },
    '2026-11-28T07:00:00.123Z WARN  careful reason="it is late"',
  ],
  [
    { level: 60, time, msg: 'gone', error: { type: 'TypeError', message: 'no', stack: 'at x' } },
    '2026-11-28T07:00:00.123Z ERROR gone error="TypeError: no"',
  ],
  [
    { level: 10, time, msg: 'detail', attempts: [{ target: 'a' }] },
    `2026-11-28T07:00:00.123Z DEBUG detail attempts="[{\\"target\\":\\"a\\"}]"`,
  ],
])('a line of the log reads well: %j', (fields, text) => {
  expect(humanLine(JSON.stringify(fields))).toBe(text)
})

it.each(['', 'plain text', '{"no": "log"}', '{broken', '[1]', '{"level":30,"time":"x","msg":"m"}'])(
  'what is no line of ours stays as it is: %s',
  (line) => {
    expect(humanLine(line)).toBe(line)
  },
)

it('nothing in a line steers a terminal', () => {
  const line = JSON.stringify({ level: 30, time, msg: '\u001b[31mred', name: '\u001b[2J' })
  expect(humanLine(line)).not.toContain('\u001b')
})
