import { describe, expect, it } from 'vitest'
import { readCommand, UsageError } from './flags.ts'

const choices = {
  shapes: ['small', 'large', 'stream', 'words', 'memory'],
  peers: ['nginx', 'envoy'],
}
const read = (line: string) =>
  readCommand(
    line.split(' ').filter((part) => part !== ''),
    choices,
  )

describe('readCommand', () => {
  it.each([
    ['', { ...choices, rounds: 3, seconds: 4 }],
    ['--shapes memory,small', { ...choices, shapes: ['small', 'memory'], rounds: 3, seconds: 4 }],
    ['--peers none --rounds 1', { ...choices, peers: [], rounds: 1, seconds: 4 }],
    ['--quick', { shapes: choices.shapes.slice(0, 4), peers: ['nginx'], rounds: 2, seconds: 3 }],
    [
      '--quick --peers envoy --seconds 1',
      { shapes: choices.shapes.slice(0, 4), peers: ['envoy'], rounds: 2, seconds: 1 },
    ],
  ])('measures with %j', (line, options) => {
    expect(read(line)).toEqual({ type: 'measure', options })
  })

  it('compares two files, and helps', () => {
    expect(read('compare a.json b.json')).toEqual({ type: 'compare', a: 'a.json', b: 'b.json' })
    expect(read('--help')).toEqual({ type: 'help' })
  })

  it.each([
    ['--shapes tiny', 'unknown shapes: tiny; there are small, large, stream, words, memory'],
    ['--peers caddy,nginx', 'unknown peers: caddy; there are nginx, envoy'],
    ['--fast', /'--fast'.*; flags are --shapes, --peers, --rounds, --seconds, --quick, --help/],
    ['--rounds 0', '--rounds is "0": expected a whole number from 1 to 9999'],
    ['--seconds 1.5', '--seconds is "1.5": expected a whole number from 1 to 9999'],
    ['compare a.json', /^compare takes two/],
    ['throughput', 'unknown command throughput: there is compare; shapes go after --shapes'],
  ])('refuses %j', (line, message) => {
    expect(() => read(line)).toThrow(UsageError)
    expect(() => read(line)).toThrow(message)
  })
})
