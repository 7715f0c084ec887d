import { describe, expect, it } from 'vitest'
import { etcdFlags } from './etcd-flags.ts'
import { type FlagTable, goFlagsHelp, parseGoFlags } from './go-flags.ts'
import { kubeApiServerFlags } from './kube-apiserver-flags.ts'

const table: FlagTable = {
  name: { type: 'text', treatment: 'obeyed', text: 'a name' },
  modes: { type: 'list', treatment: 'obeyed', text: 'modes' },
  quick: { type: 'boolean', treatment: 'obeyed', text: 'be quick' },
  old: { type: 'boolean', treatment: 'needless', text: 'everything is new' },
  audit: { type: 'text', treatment: 'refused', text: 'there is no audit log' },
}

describe('flags as Go programs take them', () => {
  it('takes a value behind a sign or as the next word, and a boolean without one', () => {
    const flags = parseGoFlags(table, ['--name=a=b', '--modes', 'x,y', '--modes=z', '-quick'])
    expect(flags.text('name')).toBe('a=b')
    expect(flags.list('modes')).toEqual(['x', 'y', 'z'])
    expect(flags.boolean('quick')).toBe(true)
    expect(flags.boolean('old')).toBeUndefined()
    expect(flags.text('audit')).toBeUndefined()
  })

  it('keeps the last of several values', () => {
    const flags = parseGoFlags(table, ['--name=a', '--quick=T', '--name', 'b', '--quick=false'])
    expect(flags.text('name')).toBe('b')
    expect(flags.boolean('quick')).toBe(false)
  })

  it('says what changes nothing', () => {
    expect(parseGoFlags(table, ['--old=false', '--old']).needless).toEqual([
      '--old: everything is new',
    ])
  })

  it.each([
    [['--other'], 'unknown flag: --other'],
    [['--toString=1'], 'unknown flag: --toString'],
    [['--name'], 'flag needs an argument: --name'],
    [['word'], 'unknown argument "word"'],
    [['--quick=maybe'], 'invalid argument "maybe" for "--quick" flag: expected true or false'],
    [['--audit=f'], '--audit: there is no audit log'],
  ])('refuses %j', (args, message) => {
    expect(() => parseGoFlags(table, args)).toThrow(message)
  })

  it('names in its help, one a line, the flags that it accepts', () => {
    const help = goFlagsHelp('program', 'What it is.', table)
    expect(help).toContain('      --name    a name\n')
    expect(help).toContain('      --old     accepted: everything is new\n')
    expect(help).not.toContain('--audit')
  })

  it('has no flag in the help of kube-apiserver that envtest would then have to give', () => {
    const help = goFlagsHelp('kube-apiserver', '', kubeApiServerFlags)
    expect(help).not.toMatch(/^\s*--insecure-port\b/m)
    expect(goFlagsHelp('etcd', '', etcdFlags)).toMatch(/^\s*--unsafe-no-fsync\b/m)
  })
})
