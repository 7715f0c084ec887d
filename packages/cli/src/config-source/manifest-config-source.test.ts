import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger, type Logger } from '@fairlead/base'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { capabilities } from '../capabilities.ts'
import { ManifestError } from '../load-manifests.ts'
import { ManifestConfigSource } from './manifest-config-source.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-manifests-'))
  write('gateway.yaml', 'LLMGateway', 'default', '{}')
  write('provider.yaml', 'LLMProvider', 'p', '{ type: Simulator }')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function write(file: string, kind: string, name: string, spec: string): void {
  const header = `apiVersion: fairlead.dev/v1alpha1\nkind: ${kind}\nmetadata: { name: ${name} }\n`
  writeFileSync(join(folder, file), `${header}spec: ${spec}\n`)
}

function sourceOf(logger: Logger = silentLogger): ManifestConfigSource {
  const gateway = { namespace: 'default', name: 'default' }
  const source = new ManifestConfigSource({ folder, gateway, capabilities, logger })
  source.load()
  return source
}

const load = (logger?: Logger) => sourceOf(logger).snapshots.current()

function writeSecret(fields: string): void {
  const header = 'apiVersion: v1\nkind: Secret\nmetadata: { name: s }\n'
  writeFileSync(join(folder, 'secret.yaml'), `${header}${fields}\n`)
}

const targets = 'targets: [{ name: t, providerRef: { name: p } }]'

describe('a folder of manifests', () => {
  it('has the defaults of the schemas', () => {
    write('route.yaml', 'RoutingPolicy', 'r', `{ rules: [{ name: r, ${targets} }] }`)
    const snapshot = load()
    expect(snapshot?.gateway).toMatchObject({
      auth: 'Required',
      limits: { maxRequestBytes: 10_485_760, requestTimeoutMs: 300_000 },
    })
    expect(snapshot?.routes[0]).toMatchObject({
      strategy: 'Weighted',
      targets: [{ weight: 1 }],
      retry: { attempts: 2, conditions: ['RateLimited', 'ServerError', 'Timeout', 'Connect'] },
    })
  })

  it('may use an older spelling, and a warning names the new one', () => {
    const retry = 'retry: { on: [Timeout] }'
    write('route.yaml', 'RoutingPolicy', 'r', `{ rules: [{ name: r, ${targets}, ${retry} }] }`)
    write(
      'persona.yaml',
      'Persona',
      'warm',
      `{ instructions: Hi, settings: { temperature: '0.7' } }`,
    )
    const warnings: string[] = []
    const snapshot = load({ ...silentLogger, warn: (_, message) => warnings.push(message) })
    expect(snapshot?.routes[0]?.retry).toEqual({ attempts: 2, conditions: ['Timeout'] })
    expect(snapshot?.personas.get('default/warm')?.temperature).toBe(0.7)
    expect(warnings.toSorted()).toEqual([
      'persona.yaml: Persona "warm": spec.settings.temperature is now the number 0.7; please update the file',
      'route.yaml: RoutingPolicy "r": spec.rules[0].retry.on is now spec.rules[0].retry.conditions; please update the file',
    ])
  })

  it('logs a condition that is a problem, and none that nobody asked for', () => {
    const version = `{ version: '1', messages: [{ role: user, content: Hi }] }`
    write('template.yaml', 'PromptTemplate', 'hidden', `{ versions: [${version}] }`)
    const found: object[] = []
    const logger = { ...silentLogger, warn: (fields: object) => void found.push(fields) }
    load(logger)
    expect(found).toEqual([])
    write(
      'route.yaml',
      'RoutingPolicy',
      'r',
      `{ rules: [{ name: r, ${targets.replace('name: p', 'name: absent')} }] }`,
    )
    load(logger)
    expect(found).toMatchObject([{ kind: 'RoutingPolicy', name: 'r', type: 'ResolvedRefs' }])
  })

  it('has the values of Secrets, plain or base64', () => {
    writeSecret(`data: { encoded: a2V5, both: b2xk }\nstringData: { plain: key, both: new }`)
    const { secrets } = sourceOf()
    const value = (key: string) => secrets.get({ namespace: 'default', name: 's', key })
    expect(['encoded', 'plain', 'both', 'other', 'constructor'].map(value)).toEqual([
      'key',
      'key',
      'new',
      undefined,
      undefined,
    ])
  })

  it.each([
    ['stringData: { key: 12345 }', 'stringData.key: must be a string'],
    ['data: { key: 12345 }', 'data.key: must be a string'],
    ['data: { key: hidden! }', 'data.key: illegal base64 data'],
    ['stringData: hello', 'stringData: must be a map'],
  ])('with a Secret that has %s is refused, without its value', (fields, problem) => {
    writeSecret(fields)
    expect(() => load()).toThrow(new ManifestError(`secret.yaml: Secret "s": ${problem}`))
  })

  it.each<[string, string, string, string]>([
    ['an unknown field', 'Persona', '{ instructions: Hi, mood: good }', 'spec.mood'],
    ['a wrong type', 'Persona', '{ instructions: 5 }', 'spec.instructions'],
    ['a missing field', 'Persona', '{}', 'spec.instructions'],
    ['a value out of bounds', 'Persona', '{ instructions: Hi, settings: { topP: 2 } }', 'topP'],
    ['a broken rule', 'ConversationStore', '{ type: Redis }', 'redis goes with type Redis'],
    [
      'a header that is a key',
      'LLMProvider',
      '{ type: OpenAI, headers: [{ name: X-Api-Key, value: k }] }',
      'spec.headers[0]: Invalid value: "object": keys do not go into headers',
    ],
    ['an unknown kind', 'Personality', '{}', 'there is no kind Personality'],
  ])('with %s is refused, naming file, object and field', (_, kind, spec, field) => {
    write('wrong.yaml', kind, 'x', spec)
    expect(() => load()).toThrow('wrong.yaml: ')
    expect(() => load()).toThrow(field)
  })
})
