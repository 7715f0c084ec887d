import { cpSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { runCommand, startCommand, type Command } from './support/command.ts'
import { manifest, secret } from './support/manifests.ts'
import { temporaryFolder } from './support/temporary-folder.ts'
import { waitFor } from './support/wait-for.ts'

const quickstart = fileURLToPath(new URL('../examples/quickstart', import.meta.url))
const key = 'flk_from-a-file'

/** The quickstart as a directory of files, with the key that a first start would have created. */
function quickstartIn(folder: string): string {
  const manifests = join(folder, 'manifests')
  cpSync(quickstart, manifests, { recursive: true })
  writeFileSync(join(manifests, 'key.json'), secret('quickstart-key', 'api-key', key))
  return manifests
}

const flags = (folder: string, manifests: string) => [
  'gateway',
  '--manifests',
  manifests,
  '--data-dir',
  join(folder, 'data'),
  '--gateway-port',
  '0',
  '--admin-port',
  '0',
]

async function addressesOf(command: Command) {
  const gateway = await command.prints(/The gateway listens at (\S+)/)
  const admin = await command.prints(/Metrics and probes at (\S+)/)
  return { gateway, admin }
}

const ask = async (gateway: string, model = 'assistant', apiKey = key) => {
  const response = await fetch(`${gateway}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello file' }] }),
  })
  return { status: response.status, text: await response.text() }
}

describe('fairlead gateway --manifests', () => {
  it('serves what the files say and stops on SIGTERM', async () => {
    using folder = temporaryFolder()
    await using command = startCommand(flags(folder.path, quickstartIn(folder.path)))
    const { gateway, admin } = await addressesOf(command)

    const answer = await ask(gateway)
    expect(answer.status).toBe(200)
    expect(answer.text).toContain('Hello file')
    expect((await ask(gateway, 'assistant', 'flk_wrong')).status).toBe(401)
    expect((await fetch(`${admin}/readyz`)).status).toBe(200)
    expect((await fetch(`${admin}/healthz`)).status).toBe(200)
    expect(await (await fetch(`${admin}/metrics`)).text()).toContain('process_cpu_seconds_total')

    command.kill('SIGTERM')
    expect(await command.ended).toBe(0)
    expect(command.log()).not.toContain(key)
  })

  it('follows changes, and keeps the last good configuration when one is wrong', async () => {
    using folder = temporaryFolder()
    const manifests = quickstartIn(folder.path)
    await using command = startCommand(flags(folder.path, manifests))
    const { gateway, admin } = await addressesOf(command)
    const added = join(manifests, 'added.json')
    const route = (model: string) =>
      manifest('RoutingPolicy', 'added', {
        gatewayRefs: [{ name: 'default' }],
        rules: [
          {
            name: 'only',
            match: { models: [model] },
            targets: [{ name: 'simulator', providerRef: { name: 'simulator' } }],
          },
        ],
      })
    const models = async () => {
      const response = await fetch(`${gateway}/v1/models`, {
        headers: { authorization: `Bearer ${key}` },
      })
      return response.text()
    }

    writeFileSync(added, route('added-model'))
    await waitFor('the new route', async () => (await models()).includes('"added-model"'))

    writeFileSync(added, route('wrong-model').replace('"targets"', '"tragets"'))
    await waitFor('the complaint', () => command.log().includes('its last good state stays in use'))
    expect(command.log()).toMatch(/added\.json.*spec\.rules\[0\]\.tragets/)
    expect(await models()).toContain('"added-model"')
    expect((await fetch(`${admin}/readyz`)).status).toBe(200)

    rmSync(added)
    await waitFor('the end of the route', async () => !(await models()).includes('"added-model"'))
    expect((await ask(gateway)).status).toBe(200)
  })

  it('is not ready before the gateway that it serves is there', async () => {
    using folder = temporaryFolder()
    const manifests = quickstartIn(folder.path)
    rmSync(join(manifests, '01-gateway.yaml'))
    await using command = startCommand(flags(folder.path, manifests))
    const { gateway, admin } = await addressesOf(command)
    expect((await fetch(`${admin}/healthz`)).status).toBe(200)
    expect((await fetch(`${admin}/readyz`)).status).toBe(503)
    expect(await (await fetch(`${admin}/readyz/gateway`)).text()).toContain('no configuration')
    expect((await ask(gateway)).status).toBe(503)

    cpSync(join(quickstart, '01-gateway.yaml'), join(manifests, '01-gateway.yaml'))
    await waitFor('readiness', async () => (await fetch(`${admin}/readyz`)).status === 200)
    expect((await ask(gateway)).status).toBe(200)
  })

  it.each([
    [
      'a field of the wrong type',
      manifest('LLMProvider', 'wrong', { type: 'Simulator', timeouts: 5 }),
      'spec.timeouts',
    ],
    ['an unknown field', manifest('Persona', 'wrong', { instructionz: 'x' }), 'spec.instructionz'],
    ['a kind that does not exist', manifest('Personna', 'wrong', {}), 'no kind Personna'],
    ['broken YAML', 'a: [1\nb: 2', 'wrong.yaml:2: '],
    ['an object twice', secret('quickstart-key', 'api-key', 'other'), 'key.json'],
  ])('serves the rest with %s, and names the file', async (_what, text, named) => {
    using folder = temporaryFolder()
    const manifests = quickstartIn(folder.path)
    writeFileSync(join(manifests, 'wrong.yaml'), text)
    await using command = startCommand(flags(folder.path, manifests))
    const { gateway, admin } = await addressesOf(command)
    expect((await ask(gateway)).status).toBe(200)
    const ready = await fetch(`${admin}/readyz?verbose`)
    expect(ready.status).toBe(200)
    const warning = (await ready.text()).split('\nhealthz')[0] ?? ''
    expect(warning).toMatch(/^warn: wrong\.yaml:/)
    expect(warning).toContain(named)
    expect(command.log()).toContain(named)
    expect(command.log()).not.toContain('    at ')
  })

  it('does not start without the directory', async () => {
    using folder = temporaryFolder()
    const { code, log } = await runCommand(flags(folder.path, join(folder.path, 'absent')))
    expect(code).toBe(1)
    expect(log).toMatch(/^fairlead: cannot read the manifest directory /)
  })
})
