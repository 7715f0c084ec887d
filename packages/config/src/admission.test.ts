import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { kinds as types } from '@fairlead/api'
import { applyDefaults, type ResourceType, type TypedObject } from '@fairlead/kube-core'
import { testCapabilities as capabilities } from '@fairlead/snapshot/testing'
import { beforeEach, describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { ConfigurationAdmission } from './admission.ts'

let stored: TypedObject[]
let admission: ConfigurationAdmission
const fixtures = fileURLToPath(new URL('../../api/src/fixtures', import.meta.url))
const nowMs = Date.parse('2026-06-01T00:00:00Z')

beforeEach(() => {
  stored = []
  const list = <T extends TypedObject>({ kind }: ResourceType<T>) =>
    stored.filter((one) => one.kind === kind) as unknown as readonly T[]
  admission = new ConfigurationAdmission({ list }, { capabilities })
})

function typeOf(kind: string): ResourceType {
  const type = types.find((one) => one.kind === kind)
  if (type === undefined) throw new Error(`no kind ${kind}`)
  return type
}

function resource(kind: string, name: string, spec: object): TypedObject {
  const object = {
    apiVersion: 'fairlead.dev/v1beta1',
    kind,
    metadata: { namespace: 'default', name, uid: name, creationTimestamp: '2026-01-01T00:00:00Z' },
    spec,
  }
  const { schema } = types.find((one) => one.kind === kind) ?? {}
  return applyDefaults(object, schema ?? {}) as TypedObject
}

const write = (object: TypedObject, before?: TypedObject) =>
  admission.written(typeOf(object.kind), object, before, nowMs)
const remove = (object: TypedObject) => admission.deleted(typeOf(object.kind), object)

const policy = (timeZone: string, requests = 1) =>
  resource('UsagePolicy', 'daily', {
    targetRefs: [{ kind: 'LLMGateway', name: 'of-later' }],
    limits: [{ name: 'day', requests, window: { calendar: 'Day', timeZone } }],
  })
const provider = (models: readonly object[] = []) =>
  resource('LLMProvider', 'local', { type: 'Simulator', models })
const route = (model?: string) =>
  resource('RoutingPolicy', 'main', {
    rules: [{ name: 'all', targets: [{ name: 'one', providerRef: { name: 'local' }, model }] }],
  })

describe('a write', () => {
  it('is refused if it makes the resource invalid, with the path of the field', () => {
    expect(write(policy('Europe/Rome'))).toEqual({ problems: [], warnings: [] })
    expect(write(policy('Europe/Atlantis')).problems).toEqual([
      expect.stringMatching(/^spec\.limits\[0\].*Atlantis/),
    ])
  })

  it('is not refused for what was wrong before, of which it warns', () => {
    const { problems, warnings } = write(policy('Europe/Atlantis', 2), policy('Europe/Atlantis'))
    expect(problems).toEqual([])
    expect(warnings).toEqual([
      expect.stringMatching(/^it has no effect, because it is invalid: spec\.limits\[0\]/),
    ])
  })

  it('is not refused for what only this version does not serve, of which it warns', () => {
    const list = () => []
    const without = new ConfigurationAdmission(
      { list },
      { capabilities: { ...capabilities, providerTypes: [] } },
    )
    const unserved = resource('LLMProvider', 'a', { type: 'OpenAI' })
    expect(without.written(typeOf('LLMProvider'), unserved, undefined, nowMs)).toEqual({
      problems: [],
      warnings: [
        expect.stringMatching(
          /^it has no effect, because it is invalid: spec\.type: type OpenAI is not served by this version/,
        ),
      ],
    })
  })

  it('is warned of fields that have no effect', () => {
    expect(
      write(resource('LLMGateway', 'one', { listeners: [{ name: 'a', port: 9000 }] })),
    ).toEqual({
      problems: [],
      warnings: [
        'not implemented yet: spec.listeners[0].port (the port is given by --gateway-port)',
      ],
    })
  })

  it('is not warned of what may be written a moment later', () => {
    expect(write(route('gpt'))).toEqual({ problems: [], warnings: [] })
  })

  it('is warned of a model that the provider does not list, by name or alias', () => {
    stored = [provider([{ name: 'large', aliases: ['big'] }])]
    expect(write(route('large')).warnings).toEqual([])
    expect(write(route('big')).warnings).toEqual([])
    expect(write(route()).warnings).toEqual([])
    expect(write(route('gpt')).warnings).toEqual([
      'rule all, target one: LLMProvider default/local does not list model "gpt", only large, big; correct the name, or add the model to spec.models of the provider',
    ])
    stored = [provider()]
    expect(write(route('gpt')).warnings).toEqual([])
  })

  it('is warned of expired keys, and of none that is left', () => {
    const key = (name: string, expiresAt?: string) => ({
      name,
      sha256: '0'.repeat(64),
      ...(expiresAt && { expiresAt }),
    })
    const past = '2026-05-01T00:00:00Z'
    const help = 'Replace them with fairlead key rotate, or remove them with fairlead key revoke'
    expect(write(resource('Consumer', 'a', { apiKeys: [key('new'), key('old', past)] }))).toEqual({
      problems: [],
      warnings: [`Expired: old (${past}). ${help}`],
    })
    expect(write(resource('Consumer', 'a', { apiKeys: [key('old', past)] })).warnings).toEqual([
      `No API key is left that has not expired, so that nobody can call with one: old (${past}). ${help}`,
    ])
    const soon = '2026-06-02T00:00:00Z'
    expect(write(resource('Consumer', 'a', { apiKeys: [key('new', soon)] })).warnings).toEqual([])
    expect(write(resource('Consumer', 'a', {})).warnings).toEqual([])
  })

  it('is warned of variables that a persona does not declare', () => {
    const persona = resource('Persona', 'a', {
      instructions: 'You are {{name}}. Today is {{date}}. {{name}}!',
      variables: [{ name: 'date', from: 'Clock' }],
    })
    expect(write(persona).warnings).toEqual([
      'spec.instructions has {{name}}, which spec.variables does not declare: it is empty wherever a conversation does not set it; correct the name, or declare it',
    ])
  })

  it('is warned of rules that never match, with or without a gateway', () => {
    const target = { name: 't', providerRef: { name: 'later' } }
    const rules = [
      { name: 'wide', targets: [target] },
      { name: 'narrow', match: { models: ['m'] }, targets: [target] },
    ]
    const routes = resource('RoutingPolicy', 'a', { gatewayRefs: [{ name: 'default' }], rules })
    const told = 'rule narrow never matches, because rule wide above it matches all its calls'
    expect(write(routes).warnings).toEqual([told])
    stored = [resource('LLMGateway', 'default', {}), provider()]
    const usable = JSON.parse(JSON.stringify(routes).replaceAll('later', 'local')) as TypedObject
    expect(write(usable).warnings).toEqual([`on LLMGateway default/default, ${told}`])
  })

  it('is warned of what others lose by it', () => {
    stored = [resource('LLMGateway', 'default', {}), provider(), route('gpt')]
    expect(write(provider([{ name: 'large' }]), provider()).warnings).toEqual([
      'RoutingPolicy default/main: rule all, target one: LLMProvider default/local does not list model "gpt", only large; correct the name, or add the model to spec.models of the provider',
    ])
  })

  it('is warned of being unused only when it was so before', () => {
    const gateway = resource('LLMGateway', 'default', {})
    stored = [gateway]
    expect(write(provider()).warnings).toEqual([])
    stored = [gateway, provider()]
    expect(write(provider([{ name: 'm' }]), provider()).warnings).toEqual([
      expect.stringMatching(/^it gets no calls/),
    ])
  })

  it('has few warnings, and short ones', () => {
    const listeners = Array.from({ length: 12 }, (_, index) => ({ name: `l${index}`, port: 9000 }))
    const { warnings } = write(resource('LLMGateway', 'one', { listeners }))
    expect(warnings).toHaveLength(8)
    expect(warnings.at(-1)).toMatch(/^and \d+ more$/)
  })

  it('is warned of a conflict that it loses, by the name of the winner', () => {
    const prompt = (name: string) =>
      resource('PromptTemplate', name, {
        versions: [{ name: '1', messages: [{ role: 'user', content: 'Hello' }] }],
        expose: { path: '/hello' },
      })
    stored = [resource('LLMGateway', 'default', {}), prompt('a')]
    expect(write(prompt('b')).warnings.join()).toContain('default/a')
    expect(write(prompt('a'), prompt('a')).warnings).toEqual([])
  })
})

it.each(readdirSync(fixtures).filter((name) => name.endsWith('.yaml')))(
  'takes the resources of %s, each by itself',
  (name) => {
    const text = readFileSync(join(fixtures, name), 'utf8')
    for (const document of parseAllDocuments(text)) {
      const object = document.toJS() as TypedObject & { readonly spec: object }
      const { kind, metadata, spec } = object
      if (!types.some((one) => one.kind === kind)) continue
      expect({ kind, ...write(resource(kind, metadata.name ?? '', spec)) }).toMatchObject({
        problems: [],
      })
    }
  },
)

describe('a deletion', () => {
  it('is warned of who still refers to the resource', () => {
    stored = [resource('LLMGateway', 'default', {}), provider(), route()]
    const { problems, warnings } = remove(provider())
    expect(problems).toEqual([])
    expect(warnings).toEqual([
      'RoutingPolicy default/main: spec.rules[0].targets[0].providerRef: LLMProvider default/local does not exist',
    ])
    expect(remove(route()).warnings).toEqual([])
  })
})
