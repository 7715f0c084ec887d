import { describe, expect, expectTypeOf, it } from 'vitest'
import { parseFlags } from './parse-flags.ts'

describe('parseFlags', () => {
  const flags = {
    name: { type: 'string', default: 'x', description: '' },
    on: { type: 'boolean', default: false, description: '' },
    port: { type: 'integer', default: 9443, description: '' },
    level: { type: 'string', default: 'info', choices: ['info', 'debug'], description: '' },
  } as const
  const parse = (...args: string[]) => parseFlags(flags, args)

  // Go flag: "Command line flag syntax"
  it.each([
    [[], { name: 'x', on: false, port: 9443, level: 'info' }],
    [['--name=a', '--port=1'], { name: 'a', port: 1 }],
    [['-name', 'a', '-port', '1'], { name: 'a', port: 1 }],
    [['--name', '--on'], { name: '--on', on: false }],
    [['--name='], { name: '' }],
    [['--name=a=b\nc'], { name: 'a=b\nc' }],
    [['--on', '--name=a'], { on: true, name: 'a' }],
    [['--on=F'], { on: false }],
    [['-on=1'], { on: true }],
    [['--name=a', '--name=b'], { name: 'b' }],
    [['--level=debug'], { level: 'debug' }],
  ])('reads %j', (args, values) => {
    expect(parse(...args).values).toMatchObject(values)
  })

  it.each([
    [['--nme=a'], 'flag provided but not defined: --nme'],
    [['--toString'], 'not defined: --toString'],
    [['a'], 'unexpected argument "a"'],
    [['--on', 'true'], 'unexpected argument "true"'],
    [['--'], 'unexpected argument "--"'],
    [['---name=a'], 'unexpected argument'],
    [['--name'], 'flag needs an argument: --name'],
    [['--on=yes'], 'invalid value "yes" for flag --on: it must be true or false'],
    [['--port=80a'], 'a whole number'],
    [['--port='], 'a whole number'],
    [['--level=trace'], 'it must be info, debug'],
  ])('refuses %j', (args, message) => {
    expect(() => parse(...args)).toThrow(message)
  })

  it('notices that help is wanted', () => {
    expect([parse().help, parse('--help').help, parse('-h').help]).toEqual([false, true, true])
  })

  it('types the values', () => {
    expectTypeOf(parse().values).toEqualTypeOf<{
      readonly name: string
      readonly on: boolean
      readonly port: number
      readonly level: string
    }>()
  })
})
