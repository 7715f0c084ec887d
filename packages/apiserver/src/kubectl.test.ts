import { execFile, spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { startApiServer, type ApiServer } from './index.ts'

const kubectlPath = process.env['KUBECTL'] ?? 'kubectl'

const widgetDefinition = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: widgets.example.com
spec:
  group: example.com
  scope: Namespaced
  names: {plural: widgets, kind: Widget, shortNames: [wd], categories: [all]}
  versions:
  - name: v1
    served: true
    storage: true
    subresources:
      status: {}
      scale: {specReplicasPath: .spec.size, statusReplicasPath: .status.size}
    selectableFields: [{jsonPath: .spec.color}]
    additionalPrinterColumns:
    - {name: Color, type: string, jsonPath: .spec.color}
    - {name: Ready, type: string, jsonPath: '.status.conditions[?(@.type=="Ready")].status'}
    - {name: Size, type: integer, jsonPath: .spec.size, priority: 1}
    schema:
      openAPIV3Schema:
        type: object
        description: Widget is a thing with a color.
        required: [spec]
        properties:
          spec:
            type: object
            description: What the widget should be.
            required: [color]
            x-kubernetes-validations:
            - {rule: "self.size <= 100 || self.color == 'red'", message: only red widgets may be large}
            properties:
              color: {type: string, description: The color of the widget., enum: [red, green, blue]}
              size: {type: integer, minimum: 1, default: 10}
          status:
            type: object
            x-kubernetes-preserve-unknown-fields: true
`

function widget(name: string, spec: string): string {
  return `apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: ${name}}\nspec: ${spec}\n`
}

describe('kubectl', () => {
  let server: ApiServer
  let home: string
  let environment: NodeJS.ProcessEnv

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'fairlead-kubectl-'))
    server = await startApiServer()
    const kubeconfig = join(home, 'kubeconfig')
    writeFileSync(kubeconfig, server.kubeconfig(), { mode: 0o600 })
    environment = {
      ...process.env,
      HOME: home,
      KUBECONFIG: kubeconfig,
      KUBECACHEDIR: join(home, 'cache'),
    }
    await succeed(['apply', '-f', '-'], widgetDefinition)
    await succeed(['wait', '--for=condition=Established', 'crd/widgets.example.com'])
  }, 60_000)

  afterAll(async () => {
    await server?.stop()
    if (home) rmSync(home, { recursive: true, force: true })
  })

  interface Outcome {
    readonly code: number
    readonly output: string
    readonly error: string
  }

  function run(
    args: readonly string[],
    input = '',
    extra: NodeJS.ProcessEnv = {},
  ): Promise<Outcome> {
    const { promise, resolve } = Promise.withResolvers<Outcome>()
    const options = { env: { ...environment, ...extra }, timeout: 15_000 }
    const child = execFile(kubectlPath, args, options, (failure, output, error) => {
      const code = failure === null ? 0 : Number(failure.code ?? 1)
      resolve({ code, output, error })
    })
    child.stdin?.end(input)
    return promise
  }

  async function succeed(args: readonly string[], input = ''): Promise<string> {
    const { code, output, error } = await run(args, input)
    expect(error.replaceAll(/^Warning: .*\n/gm, '')).toBe('')
    expect(code).toBe(0)
    return output
  }

  async function fail(args: readonly string[], input = ''): Promise<string> {
    const { code, error } = await run(args, input)
    expect(code).toBe(1)
    return error
  }

  async function json(args: readonly string[]): Promise<Record<string, unknown>> {
    return JSON.parse(await succeed([...args, '-o', 'json'])) as Record<string, unknown>
  }

  it('reads the version of the server', async () => {
    expect(await succeed(['version'])).toContain('Server Version: v1.32')
  })

  it('applies, finds nothing to change, changes', async () => {
    const first = widget('applied', '{color: red}')
    expect(await succeed(['apply', '-f', '-'], first)).toBe('widget.example.com/applied created\n')
    expect(await succeed(['apply', '-f', '-'], first)).toBe(
      'widget.example.com/applied unchanged\n',
    )
    expect(await succeed(['apply', '-f', '-'], widget('applied', '{color: blue}'))).toBe(
      'widget.example.com/applied configured\n',
    )
    const { spec } = await json(['get', 'widget', 'applied'])
    expect(spec).toEqual({ color: 'blue', size: 10 })
  })

  it('applies a list of objects', async () => {
    const items = ['one', 'two'].map((name) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name },
      data: { key: name },
    }))
    const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items })
    expect(await succeed(['apply', '-f', '-'], list)).toBe(
      'configmap/one created\nconfigmap/two created\n',
    )
    const unknownField = list.replace('"data"', '"dota"')
    expect(await fail(['apply', '-f', '-'], unknownField)).toContain('unknown field "dota"')
  })

  it('names a kind that is not served', async () => {
    const pad = 'apiVersion: v1\nkind: Pad\nmetadata: {name: a}\n'
    expect(await fail(['apply', '-f', '-'], pad)).toContain('no matches for kind "Pad"')
  })

  it('shows what an apply would change', async () => {
    await succeed(['apply', '-f', '-'], widget('differing', '{color: red}'))
    const same = await run(['diff', '-f', '-'], widget('differing', '{color: red}'))
    expect(same).toMatchObject({ code: 0, output: '' })
    const other = await run(['diff', '-f', '-'], widget('differing', '{color: green}'))
    expect(other.code).toBe(1)
    expect(other.output).toContain('-  color: red\n+  color: green')
    expect(await json(['get', 'widget', 'differing'])).toMatchObject({ spec: { color: 'red' } })
  })

  it('applies on the server and reports conflicts between managers', async () => {
    const red = widget('owned', '{color: red}')
    const args = ['apply', '--server-side', '-f', '-']
    expect(await succeed([...args, '--field-manager=first'], red)).toBe(
      'widget.example.com/owned serverside-applied\n',
    )
    const blue = widget('owned', '{color: blue}')
    expect(await fail([...args, '--field-manager=second'], blue)).toContain(
      'error: Apply failed with 1 conflict: conflict with "first": .spec.color',
    )
    await succeed([...args, '--field-manager=second', '--force-conflicts'], blue)
    const { spec, metadata } = await json(['get', 'widget', 'owned', '--show-managed-fields'])
    expect(spec).toEqual({ color: 'blue', size: 10 })
    expect(metadata).toMatchObject({
      managedFields: expect.arrayContaining([
        expect.objectContaining({ manager: 'second', operation: 'Apply' }),
      ]),
    })
  })

  it('refuses what the schema, a rule or strict decoding refuses, each in its words', async () => {
    const apply = (spec: string): Promise<string> =>
      fail(['apply', '-f', '-'], widget('refused', spec))
    expect(await apply('{color: purple}')).toContain(
      'spec.color: Unsupported value: "purple": supported values: ',
    )
    expect(await apply('{color: red, size: 0}')).toContain(
      'spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1',
    )
    expect(await apply('{}')).toContain('spec.color: Required value')
    expect(await apply('{color: red, colour: red}')).toContain(
      'Widget in version "v1" cannot be handled as a Widget: strict decoding error: unknown field "spec.colour"',
    )
    expect(await apply('{color: blue, size: 101}')).toContain('only red widgets may be large')
  })

  it('warns of unknown fields when asked to', async () => {
    const spec = '{color: red, colour: red}'
    const { code, error } = await run(
      ['apply', '--validate=warn', '-f', '-'],
      widget('warned', spec),
    )
    expect({ code, error }).toEqual({ code: 0, error: 'Warning: unknown field "spec.colour"\n' })
    expect(await json(['get', 'widget', 'warned'])).toMatchObject({ spec: { color: 'red' } })
  })

  it('does nothing in a dry run of the server', async () => {
    const args = ['apply', '--dry-run=server', '-f', '-']
    expect(await succeed(args, widget('dry', '{color: red}'))).toContain('created (server dry run)')
    expect(await fail(['get', 'widget', 'dry'])).toContain('widgets.example.com "dry" not found')
  })

  it('prints columns, wide columns, names and YAML', async () => {
    await succeed(['create', '-f', '-'], widget('printed', '{color: red, size: 3}'))
    expect(await succeed(['get', 'wd', 'printed'])).toMatch(
      /^NAME +COLOR +READY\s*\nprinted +red\s*\n$/,
    )
    expect(await succeed(['get', 'wd', 'printed', '-o', 'wide'])).toMatch(
      /SIZE\nprinted +red +3\n$/,
    )
    expect(await succeed(['get', 'wd', 'printed', '-o', 'name'])).toBe(
      'widget.example.com/printed\n',
    )
    expect(await succeed(['get', 'wd', 'printed', '-o', 'yaml'])).toContain('color: red')
    expect(await succeed(['get', 'all'])).toContain('widget.example.com/printed')
    expect(await succeed(['get', 'wd', '-A'])).toMatch(/^NAMESPACE +NAME/)
  })

  it('selects by labels and by fields', async () => {
    await succeed(['create', '-f', '-'], widget('selected', '{color: green, size: 7}'))
    await succeed(['label', 'widget', 'selected', 'tier=front'])
    const names = async (...args: string[]): Promise<string> =>
      succeed(['get', 'widgets', '-o', 'name', ...args])
    expect(await names('-l', 'tier in (front)')).toBe('widget.example.com/selected\n')
    expect(await names('--field-selector', 'metadata.name=selected,spec.color=green')).toBe(
      'widget.example.com/selected\n',
    )
    expect(await fail(['get', 'widgets', '--field-selector', 'spec.size=7'])).toContain(
      'field label not supported: spec.size',
    )
  })

  it('patches in every way that the kind allows', async () => {
    await succeed(['create', '-f', '-'], widget('patched', '{color: red}'))
    const patch = (type: string, body: unknown, ...more: string[]): readonly string[] => {
      return ['patch', 'widget', 'patched', `--type=${type}`, '-p', JSON.stringify(body), ...more]
    }
    await succeed(patch('merge', { spec: { size: 5 } }))
    await succeed(patch('json', [{ op: 'test', path: '/spec/size', value: 5 }]))
    await succeed(patch('json', [{ op: 'replace', path: '/spec/color', value: 'blue' }]))
    const conditions = [{ type: 'Ready', status: 'True' }]
    await succeed(patch('merge', { status: { conditions } }, '--subresource=status'))
    expect(await json(['get', 'widget', 'patched'])).toMatchObject({
      metadata: { generation: 3 },
      spec: { color: 'blue', size: 5 },
      status: { conditions },
    })
    expect(await fail(patch('strategic', { spec: { size: 6 } }))).toContain(
      'application/strategic-merge-patch+json is not supported by example.com/v1, Kind=Widget',
    )
  })

  it('patches built-in kinds strategically', async () => {
    await succeed(['create', 'service', 'clusterip', 'web', '--tcp=80:8080'])
    const ports = [{ port: 443, name: 'tls', targetPort: 8443 }]
    await succeed(['patch', 'service', 'web', '-p', JSON.stringify({ spec: { ports } })])
    const { spec } = await json(['get', 'service', 'web'])
    const numbers = (spec as { ports: { port: number }[] }).ports.map(({ port }) => port)
    expect(new Set(numbers)).toEqual(new Set([80, 443]))
  })

  it('labels, annotates, replaces, edits', async () => {
    await succeed(['create', '-f', '-'], widget('edited', '{color: red}'))
    await succeed(['label', 'widget', 'edited', 'a=b'])
    await succeed(['annotate', 'widget', 'edited', 'note=hello'])
    const editor = join(home, 'editor.sh')
    writeFileSync(editor, '#!/bin/sh\nsed -i "s/color: red/color: green/" "$1"\n')
    chmodSync(editor, 0o755)
    const edited = await run(['edit', 'widget', 'edited'], '', { KUBE_EDITOR: editor })
    expect(edited).toMatchObject({ code: 0, output: 'widget.example.com/edited edited\n' })
    const object = await json(['get', 'widget', 'edited'])
    expect(object).toMatchObject({
      metadata: { labels: { a: 'b' }, annotations: { note: 'hello' } },
      spec: { color: 'green' },
    })
    const replaced = JSON.stringify({ ...object, spec: { color: 'blue' } })
    await succeed(['replace', '-f', '-'], replaced)
    expect(await fail(['replace', '-f', '-'], replaced)).toContain(
      'Operation cannot be fulfilled on widgets.example.com "edited": the object has been modified; please apply your changes to the latest version and try again',
    )
  })

  it('waits for a condition', async () => {
    await succeed(['create', '-f', '-'], widget('awaited', '{color: red}'))
    const waiting = succeed(['wait', '--for=condition=Ready', 'widget/awaited', '--timeout=10s'])
    const status = JSON.stringify({ status: { conditions: [{ type: 'Ready', status: 'True' }] } })
    const subresource = ['--subresource=status', '--type=merge', '-p', status]
    await succeed(['patch', 'widget', 'awaited', ...subresource])
    expect(await waiting).toBe('widget.example.com/awaited condition met\n')
  })

  it('watches', async () => {
    await succeed(['create', '-f', '-'], widget('watched', '{color: red}'))
    const child = spawn(kubectlPath, ['get', 'widget', 'watched', '-w'], { env: environment })
    try {
      const { promise: sawBlue, resolve } = Promise.withResolvers<string>()
      const { promise: sawRed, resolve: sawFirst } = Promise.withResolvers<void>()
      let output = ''
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        output += text
        if (output.includes('red')) sawFirst()
        if (/blue\s*\n/.test(output)) resolve(output)
      })
      await sawRed
      const patch = '{"spec":{"color":"blue"}}'
      await succeed(['patch', 'widget', 'watched', '--type=merge', '-p', patch])
      expect(await sawBlue).toMatch(/^NAME +COLOR +READY\s*\nwatched +red\s*\nwatched +blue\s*\n$/)
    } finally {
      child.kill()
    }
  })

  it('describes an object with its events', async () => {
    await succeed(['create', '-f', '-'], widget('described', '{color: red}'))
    const now = new Date().toISOString().replace(/\.\d+Z/, 'Z')
    const { metadata } = await json(['get', 'widget', 'described'])
    const event = {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { name: 'described.1', namespace: 'default' },
      eventTime: now.replace('Z', '.000000Z'),
      type: 'Warning',
      reason: 'Painted',
      action: 'Paint',
      note: 'the color is wet',
      regarding: {
        apiVersion: 'example.com/v1',
        kind: 'Widget',
        name: 'described',
        namespace: 'default',
        uid: (metadata as { uid: string }).uid,
      },
      reportingController: 'painter',
      reportingInstance: 'painter-1',
    }
    await succeed(['create', '-f', '-'], JSON.stringify(event))
    const described = await succeed(['describe', 'widget', 'described'])
    expect(described).toMatch(/Color: +red/)
    expect(described).toMatch(/Warning +Painted .* the color is wet/)
    expect(await succeed(['get', 'events'])).toMatch(/Painted +widget\/described +the color is wet/)
    expect(await succeed(['events', '--for', 'widget/described'])).toContain('the color is wet')
  })

  it('explains custom and built-in kinds', async () => {
    expect(await succeed(['explain', 'widget'])).toContain('Widget is a thing with a color.')
    expect(await succeed(['explain', 'widget.spec.color'])).toContain('The color of the widget.')
    expect(await succeed(['explain', 'secret.data'])).toContain('base64')
    expect(await succeed(['explain', 'widget.metadata.finalizers'])).toContain('removed')
    expect(await fail(['explain', 'widget.spec.colour'])).toContain('field "colour" does not exist')
  })

  it('lists resources and versions', async () => {
    expect(await succeed(['api-resources'])).toMatch(/widgets +wd +example\.com\/v1 +true +Widget/)
    expect(await succeed(['api-versions'])).toContain('example.com/v1\n')
  })

  it('creates built-in kinds and normalises them', async () => {
    await succeed(['create', 'secret', 'generic', 'literal', '--from-literal=key=value'])
    expect(await json(['get', 'secret', 'literal'])).toMatchObject({
      type: 'Opaque',
      data: { key: Buffer.from('value').toString('base64') },
    })
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'plain' } }
    await succeed(['apply', '-f', '-'], JSON.stringify({ ...secret, stringData: { key: 'text' } }))
    expect(await json(['get', 'secret', 'plain'])).toMatchObject({ data: { key: 'dGV4dA==' } })
    await succeed(['create', 'configmap', 'settings', '--from-literal=a=b'])
    expect(await succeed(['get', 'configmaps'])).toMatch(/settings +1 +\d+s/)
    await succeed(['create', 'serviceaccount', 'robot'])
    await succeed(['create', 'role', 'reader', '--verb=get', '--resource=secrets'])
    await succeed([
      'create',
      'rolebinding',
      'robot',
      '--role=reader',
      '--serviceaccount=default:robot',
    ])
    expect(await succeed(['get', 'rolebindings'])).toMatch(/robot +Role\/reader/)
  })

  it('scales and makes tokens', async () => {
    await succeed(['create', '-f', '-'], widget('scaled', '{color: red, size: 2}'))
    await succeed(['scale', 'widget', 'scaled', '--replicas=4', '--current-replicas=2'])
    expect(await json(['get', 'widget', 'scaled'])).toMatchObject({ spec: { size: 4 } })
    await succeed(['create', 'serviceaccount', 'agent'])
    expect(await succeed(['create', 'token', 'agent'])).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\s*$/)
  })

  it('answers who may do what', async () => {
    expect(await succeed(['auth', 'can-i', 'create', 'widgets'])).toBe('yes\n')
    expect(await succeed(['auth', 'whoami'])).toContain('system:masters')
  })

  it('names what is missing', async () => {
    expect(await fail(['get', 'widget', 'nobody'])).toBe(
      'Error from server (NotFound): widgets.example.com "nobody" not found\n',
    )
    expect(await fail(['get', 'gadgets'])).toContain(
      'the server doesn\'t have a resource type "gadgets"',
    )
    expect(await fail(['create', '-n', 'nowhere', 'configmap', 'x'])).toContain(
      'namespaces "nowhere" not found',
    )
    await succeed(['create', 'configmap', 'taken'])
    expect(await fail(['create', 'configmap', 'taken'])).toContain(
      'configmaps "taken" already exists',
    )
  })

  it('deletes objects, and namespaces with their content', async () => {
    await succeed(['create', '-f', '-'], widget('deleted', '{color: red}'))
    // Since 1.34 kubectl prints the namespace.
    expect(await succeed(['delete', 'widget', 'deleted'])).toMatch(
      /^widget\.example\.com "deleted" deleted(?: from default namespace)?\n$/,
    )
    await succeed(['create', 'namespace', 'short-lived'])
    await succeed(['create', '-n', 'short-lived', 'configmap', 'inside'])
    await succeed(['delete', 'namespace', 'short-lived'])
    expect(await fail(['get', 'namespace', 'short-lived'])).toContain('not found')
    expect(await succeed(['get', '-n', 'short-lived', 'configmaps', '-o', 'name'])).toBe('')
    expect(await fail(['delete', 'namespace', 'default'])).toContain(
      'namespaces "default" is forbidden: this namespace may not be deleted',
    )
  })

  it('deletes a definition with the objects of its kind', async () => {
    const other = widgetDefinition.replaceAll('widget', 'gadget').replaceAll('Widget', 'Gadget')
    await succeed(['apply', '-f', '-'], other.replace('[wd]', '[gd]'))
    const gadget = widget('gone', '{color: red}').replace('Widget', 'Gadget')
    await succeed(['apply', '-f', '-'], gadget)
    await succeed(['delete', 'crd', 'gadgets.example.com'])
    expect(await succeed(['api-resources'])).not.toContain('gadgets')
    await succeed(['apply', '-f', '-'], other.replace('[wd]', '[gd]'))
    expect(await succeed(['get', 'gadgets', '-o', 'name'])).toBe('')
  })
})
