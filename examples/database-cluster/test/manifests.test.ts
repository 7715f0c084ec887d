import { readdirSync, readFileSync } from 'node:fs'

import { conversionDefinitions, Manager, webhookConfigurations } from '@fairlead/controller-runtime'
import { expect, test } from 'vitest'
import { parseAllDocuments, stringify } from 'yaml'

import { setup, setupController } from '../src/operator.ts'

const service = { namespace: 'databases-system', name: 'webhook-service', port: 9443 }

/** As kubectl reads them: YAML 1.1, in which more words are booleans. */
const yaml = (objects: readonly object[]) =>
  objects
    .map((object) =>
      stringify(object, { aliasDuplicateObjects: false, compat: 'yaml-1.1', singleQuote: true }),
    )
    .join('---\n')

const manifest = (name: string) => new URL(`../manifests/${name}`, import.meta.url)

const manager = Manager.offline()
setup(manager)

// `npx vitest run examples/database-cluster -u` writes them again.
test('the definition is that of the code', async () => {
  const definitions = conversionDefinitions(manager.webhooks.registered, { service })
  await expect(yaml(definitions)).toMatchFileSnapshot(manifest('01-crd.yaml').pathname)
})

test('the webhooks are those of the code', async () => {
  const { mutating, validating } = webhookConfigurations(manager.webhooks.registered, { service })
  const configurations = [mutating, validating].filter((each) => each !== undefined)
  await expect(yaml(configurations)).toMatchFileSnapshot(manifest('04-webhooks.yaml').pathname)
})

test('the ClusterRole allows all that is declared', () => {
  const role = parseAllDocuments(readFileSync(manifest('02-rbac.yaml'), 'utf8'))
    .map((document) => document.toJSON() as { kind: string; rules: unknown[] })
    .find(({ kind }) => kind === 'ClusterRole')
  const { rules } = setupController(Manager.offline())
  expect(role?.rules).toEqual(expect.arrayContaining([...rules]))
})

test('the operator is as small as the README says', () => {
  const sources = new URL('../src/', import.meta.url)
  const lines = readdirSync(sources, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .flatMap((path) => readFileSync(new URL(path, sources), 'utf8').split('\n'))
  const isCode = (line: string) => !/^\s*(?:\/\/|\/?\*|$)/.test(line)
  expect(lines.filter(isCode).length).toBeLessThan(300)
})
