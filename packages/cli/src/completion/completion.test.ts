import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { declarations } from '../declarations/declarations.ts'
import { bashScript } from './bash-script.ts'
import { fishScript } from './fish-script.ts'
import { zshScript } from './zsh-script.ts'

describe('bash', () => {
  let script: string
  beforeAll(() => {
    script = bashScript(declarations)
  })

  /** What bash offers behind these words, of which the last is being written. */
  function offered(words: readonly string[], cwd?: string): readonly string[] {
    const array = words.map((word) => `'${word}'`).join(' ')
    const program = `${script}
COMP_WORDS=(${array}); COMP_CWORD=${words.length - 1}
_fairlead
printf '%s\\n' "\${COMPREPLY[@]}"`
    const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', program], {
      encoding: 'utf8',
      cwd,
    })
    expect(stderr).toBe('')
    return stdout.split('\n').filter((line) => line !== '')
  }

  it.each<[readonly string[], readonly string[]]>([
    [['fairlead', 'ex'], ['explain-route']],
    [
      ['fairlead', 'up', '--a'],
      ['--api-port', '--admin-port', '--admin-hosts'],
    ],
    [
      ['fairlead', 'usage', '-o', ''],
      ['text', 'wide', 'json'],
    ],
    [['fairlead', 'audit', '--kind', '=', 'Ref'], ['Refusal']],
    [
      ['fairlead', 'audit', '--kind', '='],
      ['Refusal', 'Change'],
    ],
    [['fairlead', 'up', '--log-level', 's'], ['silent']],
    [['fairlead', '--log-level', 'info', 'audit', '--ki'], ['--kind']],
    [['fairlead', '--data-dir', '=', 'x', 'audit', '--ki'], ['--kind']],
    [['fairlead', 'key', 'ro'], ['rotate']],
    [['fairlead', 'key', 'rotate', 'c'], []],
    [['fairlead', 'help', 'crd'], ['crds']],
    [['fairlead', 'up', '--api-port', ''], []],
    [['fairlead', 'nothing', ''], []],
  ])('offers after %j: %j', (words, expected) => {
    expect(offered(words)).toEqual(expected)
  })

  it('offers folders and files where a flag takes one', () => {
    const folder = mkdtempSync(join(tmpdir(), 'fairlead-completion-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    mkdirSync(join(folder, 'state'))
    writeFileSync(join(folder, 'settings.yaml'), '')
    expect(offered(['fairlead', 'up', '--data-dir', 's'], folder)).toEqual(['state'])
    expect([...offered(['fairlead', 'up', '--kubeconfig', 's'], folder)].toSorted()).toEqual([
      'settings.yaml',
      'state',
    ])
  })
})

describe('zsh', () => {
  it('is told every command and flag, with what may follow it', () => {
    const script = zshScript(declarations)
    for (const { name } of declarations) expect(script).toContain(`\n        ${name}) _arguments `)
    expect(script).toContain(
      `'(--output -o)--output=[how it is printed; wide has all columns]:FORMAT:(text wide json)'`,
    )
    expect(script).toContain(`'(--data-dir)--data-dir=[directory for state]:DIR:_files -/'`)
    expect(script).toContain(`'1: :(create list rotate revoke)'`)
    expect(script).toContain(`'(--to)--to=[last day in UTC]:DAY: '`)
    expect(script).toContain(`the gateway'\\''s admin port`)
  })
})

describe('fish', () => {
  it('is told every command and flag, with what may follow it', () => {
    const script = fishScript(declarations)
    expect(script).toContain(
      `complete -c fairlead -n '__fish_seen_subcommand_from usage' -l output -s o -x -a 'text wide json' -d `,
    )
    expect(script).toContain(`-l data-dir -x -a '(__fish_complete_directories)'`)
    expect(script).toContain(
      `complete -c fairlead -n '__fish_seen_subcommand_from key' -a 'create list rotate revoke'`,
    )
    expect(script).toContain(`-l to -x -d 'last day in UTC'`)
    expect(script).toContain(`-d 'the gateway\\'s admin port'`)
  })
})
