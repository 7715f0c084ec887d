import { formerVersion, group, version } from '@fairlead/api'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger, type Logger } from '@fairlead/base'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { capabilities } from '../capabilities.ts'
import { ManifestConfigSource } from './manifest-config-source.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-manifests-'))
  write('gateway.yaml', 'LLMGateway', 'default', '{ defaults: { providers: [{ name: p }] } }')
  write('provider.yaml', 'LLMProvider', 'p', '{ type: Simulator }')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function write(file: string, kind: string, name: string, spec: string, used = version): void {
  const header = `apiVersion: ${group}/${used}\nkind: ${kind}\nmetadata: { name: ${name} }\n`
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
  it('has no InferencePools, and says so of a provider that names one', () => {
    const ref = '{ group: inference.networking.k8s.io, kind: InferencePool, name: llama }'
    write('provider.yaml', 'LLMProvider', 'p', `{ type: OpenAI, backendRef: ${ref} }`)
    expect(sourceOf().problems()).toEqual([
      expect.stringMatching(
        /^LLMProvider default\/p: ResolvedRefs: spec\.backendRef: InferencePool default\/llama cannot be read: .* from files/,
      ),
    ])
  })

  it('tells of a Secret that cannot be read without a word of it', () => {
    const logged: string[] = []
    const error = (_: unknown, message: string) => void logged.push(message)
    writeSecret('stringData:\n  api-key: "sk-hidden\n  other: x')
    const problems = sourceOf({ ...silentLogger, error }).problems()
    expect(problems).toEqual([expect.stringMatching(/^secret\.yaml:\d: .*\(not used\)$/)])
    expect(logged).toEqual(problems)
    expect(problems.join()).not.toContain('hidden')
  })

  it('is not held back by an alias that leads nowhere', () => {
    writeSecret('stringData: { host: *hidden.example.com }')
    const source = sourceOf()
    expect(source.problems()).toEqual([
      'secret.yaml: an alias cannot be resolved; text that begins with * has to be in quotes (not used)',
    ])
    expect(source.snapshots.current()).toBeDefined()
  })

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

  it('may use the former version and its older spellings, and a warning names the new ones', () => {
    const retry = 'retry: { on: [Timeout] }'
    const rules = `rules: [{ name: r, ${targets}, ${retry} }]`
    write('route.yaml', 'RoutingPolicy', 'r', `{ ${rules} }`, formerVersion)
    const settings = `settings: { temperature: '0.7' }`
    const variables = 'variables: { city: { default: Rome } }'
    const persona = `{ instructions: 'In {{city}}', ${settings}, ${variables} }`
    write('persona.yaml', 'Persona', 'warm', persona, formerVersion)
    const warnings: string[] = []
    const snapshot = load({ ...silentLogger, warn: (_, message) => warnings.push(message) })
    expect(snapshot?.routes[0]?.retry).toEqual({ attempts: 2, conditions: ['Timeout'] })
    expect(snapshot?.personas.get('default/warm')).toMatchObject({
      temperature: 0.7,
      variables: [{ name: 'city', default: 'Rome' }],
    })
    expect(warnings.toSorted()).toEqual([
      'persona.yaml: Persona "warm": apiVersion is now fairlead.dev/v1beta1; please update the file',
      'persona.yaml: Persona "warm": spec.settings.temperature is now the number 0.7; please update the file',
      'persona.yaml: Persona "warm": spec.variables is now a list of variables, each with its name; please update the file',
      'route.yaml: RoutingPolicy "r": apiVersion is now fairlead.dev/v1beta1; please update the file',
      'route.yaml: RoutingPolicy "r": spec.rules[0].retry.on is now spec.rules[0].retry.conditions; please update the file',
    ])
  })

  it('knows an object in two versions for the same', () => {
    const problems: string[] = []
    write('former.yaml', 'LLMProvider', 'p', '{ type: Simulator }', formerVersion)
    load({ ...silentLogger, error: (_, message) => problems.push(message) })
    expect(problems.join()).toContain('provider.yaml')
  })

  it('refuses an older spelling in the version of today', () => {
    const problems: string[] = []
    write('persona.yaml', 'Persona', 'p', '{ instructions: Hi, variables: { a: {} } }')
    load({ ...silentLogger, error: (_, message) => problems.push(message) })
    expect(problems.join()).toContain('spec.variables: Invalid value: "object"')
  })

  it('logs a condition that is a problem, and none that nobody asked for', () => {
    const published = `{ name: '1', messages: [{ role: user, content: Hi }] }`
    write('template.yaml', 'PromptTemplate', 'hidden', `{ versions: [${published}] }`)
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
  ])('with a Secret that has %s is told of it, without its value', (fields, problem) => {
    writeSecret(fields)
    expect(sourceOf().problems()).toEqual([`secret.yaml: Secret "s": ${problem} (not used)`])
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
  ])('with %s serves the rest, and names file and field', (_, kind, spec, field) => {
    write('wrong.yaml', kind, 'x', spec)
    const source = sourceOf()
    expect(source.snapshots.current()?.providers.has('default/p')).toBe(true)
    const [problem, ...others] = source.problems()
    expect(others).toEqual([])
    expect(problem).toMatch(/^wrong\.yaml: .* \(not used\)$/)
    expect(problem).toContain(field)
  })

  it('keeps what was good of a file that no longer is, and takes the changes of others', () => {
    const errors: string[] = []
    write('persona.yaml', 'Persona', 'warm', '{ instructions: Hi }')
    write('other.yaml', 'Persona', 'cool', '{ instructions: Hm }')
    const source = sourceOf({
      ...silentLogger,
      error: (_: object, text: string) => errors.push(text),
    })
    const instructions = (name: string) =>
      source.snapshots.current()?.personas.get(`default/${name}`)?.instructions
    write('other.yaml', 'Persona', 'cool', '{ instructions: New }')
    const wrongs = [
      () => write('persona.yaml', 'Persona', 'warm', '{ instructionz: Hi }'),
      () => writeFileSync(join(folder, 'persona.yaml'), 'a: [1\nb: 2'),
    ]
    for (const wrong of wrongs) {
      wrong()
      source.load()
      source.load()
      expect(['warm', 'cool'].map(instructions)).toEqual(['Hi', 'New'])
    }
    expect(errors).toEqual([
      expect.stringMatching(
        /^persona\.yaml: Persona "warm": .*\(its last good state stays in use\)$/,
      ),
      expect.stringMatching(/^persona\.yaml:2: .*\(its last good state stays in use\)$/),
    ])
    rmSync(join(folder, 'persona.yaml'))
    source.load()
    expect(instructions('warm')).toBeUndefined()
    expect(source.problems()).toEqual([])
  })

  it('uses the first of two manifests of one object', () => {
    write('q.yaml', 'LLMProvider', 'p', '{ type: Simulator }')
    expect(sourceOf().problems()).toEqual([
      'q.yaml: LLMProvider default/p is also in provider.yaml (not used)',
    ])
  })

  it('says what conditions would say of Secrets, keys that have expired and the gateway', () => {
    const secretRef = 'secretRef: { name: absent, key: api-key }'
    const old = "expiresAt: '2020-01-01T00:00:00Z'"
    write(
      'provider.yaml',
      'LLMProvider',
      'p',
      `{ type: OpenAI, credentials: [{ name: a, ${secretRef} }] }`,
    )
    write(
      'consumer.yaml',
      'Consumer',
      'c',
      `{ apiKeys: [{ name: k, sha256: ${'a'.repeat(64)}, ${old} }] }`,
    )
    expect(sourceOf().problems()).toEqual([
      'Consumer default/c: KeysValid: No API key is left that has not expired, so that nobody can call with one: k (2020-01-01T00:00:00Z). Replace them with fairlead key rotate, or remove them with fairlead key revoke',
      'LLMProvider default/p: ResolvedRefs: spec.credentials[0].secretRef: there is no Secret default/absent with a key "api-key"',
    ])
    rmSync(join(folder, 'gateway.yaml'))
    write('other.yaml', 'LLMGateway', 'other', '{}')
    expect(sourceOf().problems()[0]).toBe(
      'LLMGateway default/default does not exist (there is default/other), so that no call is served: add it, or name another with --gateway',
    )
  })
})
