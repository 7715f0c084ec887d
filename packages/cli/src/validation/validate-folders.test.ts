import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { beforeEach, expect, it, onTestFinished } from 'vitest'
import { capabilities } from '../capabilities.ts'
import { validateFolders } from './validate-folders.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-validate-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
})

function write(file: string, text: string): void {
  writeFileSync(join(folder, file), text)
}

function findings(): readonly string[] {
  return validateFolders([folder], capabilities).findings.map(
    ({ file, line, message, object = '', severity }) =>
      `${relative(folder, file)}:${line}: ${severity}: ${object}: ${message}`,
  )
}

const gateway = `apiVersion: fairlead.dev/v1beta1
kind: LLMGateway
metadata: { name: default }
spec: {}
`
const provider = `apiVersion: fairlead.dev/v1beta1
kind: LLMProvider
metadata: { name: p }
spec: { type: Simulator }
`
const route = (target: string) => `apiVersion: fairlead.dev/v1beta1
kind: RoutingPolicy
metadata: { name: r }
spec:
  gatewayRefs: [{ name: default }]
  rules:
    - name: r
      targets:
        - name: t
          providerRef: { name: ${target} }
`

it('finds nothing in what is right, and counts it', () => {
  write('all.yaml', [gateway, provider, route('p')].join('---\n'))
  const counts = { files: 1, manifests: 3, hasGateway: true }
  expect(validateFolders([folder], capabilities)).toEqual({ ...counts, findings: [] })
})

it('names every mistake of every file at its line', () => {
  write('a.yaml', `${gateway}---\nnot: an object\n`)
  write('b.yaml', 'kind: [\n')
  write(
    'c.yaml',
    `# a comment
apiVersion: fairlead.dev/v1beta1
kind: Persona
metadata: { name: warm }
spec:
  instructions: 5
  mood: good
  settings:
    topP: 2
`,
  )
  write('d.yaml', `apiVersion: fairlead.dev/v1beta1\nkind: Personality\nmetadata: { name: x }\n`)
  const found = findings()
  expect(found).toHaveLength(6)
  expect(found[0]).toBe('a.yaml:6: problem: : needs apiVersion, kind and metadata.name')
  expect(found[1]).toMatch(/^b\.yaml:\d: problem: : /)
  expect(found.slice(2, 5)).toEqual([
    expect.stringMatching(/^c\.yaml:6: problem: Persona "warm": spec\.instructions: Invalid value/),
    expect.stringMatching(/^c\.yaml:7: problem: Persona "warm": spec\.mood: Forbidden/),
    expect.stringMatching(/^c\.yaml:9: problem: Persona "warm": spec\.settings\.topP: Invalid/),
  ])
  expect(found[5]).toContain('d.yaml:1: problem: Personality "x": there is no kind Personality')
})

it('judges what resources are to one another, at the field that refers', () => {
  write('gateway.yaml', gateway)
  write('route.yaml', route('absent'))
  expect(findings()).toEqual([
    'route.yaml:10: problem: RoutingPolicy "r": spec.rules[0].targets[0].providerRef: LLMProvider default/absent does not exist',
  ])
})

it('does not blame others for what has been refused', () => {
  write('all.yaml', [gateway, provider.replace('Simulator', 'Abacus'), route('p')].join('---\n'))
  expect(findings()).toEqual([
    expect.stringContaining('all.yaml:9: problem: LLMProvider "p": spec.type: Unsupported value'),
  ])
})

it('judges several folders together', () => {
  const other = mkdtempSync(join(tmpdir(), 'fairlead-validate-'))
  onTestFinished(() => rmSync(other, { recursive: true }))
  writeFileSync(join(other, 'gateway.yaml'), gateway)
  write('route.yaml', [provider, route('p')].join('---\n'))
  expect(validateFolders([other, folder], capabilities).findings).toEqual([])
  expect(validateFolders([folder], capabilities).hasGateway).toBe(false)
  expect(findings().length).toBeGreaterThan(0)
})

it('says once what two conditions say', () => {
  write('gateway.yaml', gateway)
  const policy = readFileSync(
    new URL('../../../../examples/policies/03-access.yaml', import.meta.url),
  )
  write('access.yaml', policy.toString().replaceAll('name: default', 'name: other'))
  const found = findings().filter((each) =>
    each.includes('LLMGateway default/other does not exist'),
  )
  expect(found).toHaveLength(1)
})

it('refuses an object that stands in two places', () => {
  write('a.yaml', gateway)
  write('b.yaml', `---\n${gateway}`)
  expect(findings()).toEqual([
    'b.yaml:2: problem: LLMGateway "default": is also in ' + join(folder, 'a.yaml:1'),
  ])
})

it('warns of a Secret that no file has, and never shows one', () => {
  const secured = `apiVersion: fairlead.dev/v1beta1
kind: LLMProvider
metadata: { name: p }
spec: { type: OpenAI, credentials: [{ name: main, secretRef: { name: openai, key: api-key } }] }
`
  write('all.yaml', [gateway, secured, route('p')].join('---\n'))
  expect(findings()).toEqual([
    'all.yaml:9: warning: LLMProvider "p": spec.credentials[0].secretRef: there is no Secret default/openai with a key "api-key"',
  ])
  write(
    'secret.yaml',
    'apiVersion: v1\nkind: Secret\nmetadata: { name: openai }\ndata: { api-key: hidden! }\n',
  )
  expect(findings().join()).toContain('secret.yaml:4: problem: Secret "openai": data.api-key')
  expect(findings().join()).not.toContain('hidden')
})

it('knows the objects of a List, and files of JSON', () => {
  const item = { apiVersion: 'fairlead.dev/v1beta1', kind: 'LLMProvider', metadata: { name: 'p' } }
  write(
    'list.json',
    JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [{ ...item, spec: {} }] }, null, 2),
  )
  expect(findings()).toEqual([
    expect.stringMatching(/^list\.json:\d+: problem: LLMProvider "p": spec\.type: Required value/),
  ])
})
