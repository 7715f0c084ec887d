import type { Architecture, PackagePlan } from './rule.ts'

/**
 * All packages, lowest first: which packages they may import, and the folders and files of their
 * `src/`, also lowest first. Imports, including type imports, only go down both lists. `*.ts`
 * stands for the files directly in `src/` that are not named.
 */
const packages: Readonly<Record<string, PackagePlan>> = {
  base: {
    mayImport: [],
    layers: ['*.ts', 'testing', 'testing.ts', 'index.ts'],
  },
  snapshot: {
    mayImport: [],
    layers: ['*.ts', 'testing', 'testing.ts', 'snapshot.ts', 'index.ts'],
  },
  http1: {
    mayImport: ['base'],
    plane: 'data',
    layers: ['message', 'server', 'client', 'index.ts'],
  },
  'kube-core': {
    mayImport: ['base'],
    layers: ['*.ts', 'schema', 'metadata', 'apply', 'patch', 'selector', 'cel', 'crd', 'index.ts'],
  },
  llm: {
    mayImport: ['base'],
    layers: [
      'errors',
      'json',
      'operations',
      'framing',
      'dialects',
      'testing',
      'testing.ts',
      'index.ts',
    ],
  },
  'controller-runtime': {
    mayImport: ['base', 'kube-core'],
    layers: [
      '*.ts',
      'kube-config',
      'metrics',
      'probes',
      'client',
      'queue',
      'informer',
      'cache',
      'events',
      'controller',
      'manager',
      'testing',
      'testing.ts',
      'index.ts',
    ],
  },
  apiserver: {
    mayImport: ['base', 'kube-core'],
    layers: [
      'pki',
      'protobuf',
      'storage',
      'auth',
      'definitions',
      'exchange',
      'printing',
      'resources',
      'crds',
      'core-kinds',
      'watch',
      'controllers',
      'discovery',
      'openapi',
      'http',
      'kubeconfig.ts',
      'api-server.ts',
      'index.ts',
    ],
  },
  context: {
    mayImport: ['base', 'llm'],
    plane: 'data',
    layers: ['turns', 'strategies', 'plan', 'stores', 'service', 'remote', 'index.ts'],
  },
  api: {
    mayImport: ['base', 'kube-core'],
    layers: [
      'schema',
      '*.ts',
      'kinds.ts',
      'definitions.ts',
      'crd-files.ts',
      'generate-crds.ts',
      'index.ts',
    ],
  },
  config: {
    mayImport: ['base', 'snapshot', 'api', 'kube-core'],
    layers: [
      'values',
      'migrations',
      'judging',
      'gateways',
      'kinds',
      '*.ts',
      'compiler.ts',
      'compile.ts',
      'current-resources.ts',
      'watched-configuration.ts',
      'index.ts',
    ],
  },
  gateway: {
    mayImport: ['base', 'snapshot', 'http1', 'llm', 'context'],
    plane: 'data',
    layers: [
      'errors',
      'http',
      'metrics',
      'sources',
      'upstream',
      'conversations',
      'access',
      'providers',
      'prompts',
      'routing',
      'runtime',
      'call',
      'answer',
      'assembly',
      'attempts',
      'probes',
      'policies',
      'surfaces',
      '*.ts',
      'index.ts',
    ],
  },
  operator: {
    mayImport: ['base', 'snapshot', 'controller-runtime', 'api', 'config', 'kube-core'],
    layers: ['*.ts', 'setup-operator.ts', 'index.ts'],
  },
  cli: {
    mayImport: [
      'base',
      'snapshot',
      'api',
      'apiserver',
      'config',
      'context',
      'controller-runtime',
      'gateway',
      'kube-core',
      'llm',
      'operator',
    ],
    layers: [
      '*.ts',
      'config-source',
      'worker-messages',
      'worker',
      'workers',
      'quickstart',
      'documentation',
      'planes',
      'commands',
      'run-command-line.ts',
      'main.ts',
    ],
  },
}

export const architecture: Architecture = {
  packages,
  alternatives: [
    {
      folder: 'bench/contenders',
      contract: ['floor.ts', 'nginx-config.ts'],
      list: ['contenders.ts'],
    },
    {
      folder: 'bench/shapes',
      contract: ['closed-loop.ts', 'every-peer.ts', 'latency.ts', 'shape.ts', 'word-streams.ts'],
      list: ['shapes.ts'],
    },
    {
      folder: 'packages/api/src',
      contract: ['schema', 'group.ts', 'simulator.ts'],
      list: ['kinds.ts', 'definitions.ts', 'crd-files.ts', 'generate-crds.ts', 'index.ts'],
    },
    {
      folder: 'packages/apiserver/src/core-kinds',
      contract: ['data-keys.ts', 'immutable-data.ts'],
      list: ['built-in-kinds.ts'],
    },
    { folder: 'packages/cli/src/commands', contract: [], list: [] },
    { folder: 'packages/config/src/kinds', contract: [], list: ['kinds.ts'] },
    {
      folder: 'packages/context/src/stores',
      contract: ['store-type.ts', 'turn-store.ts'],
      list: ['open-conversation-store.ts', 'store-types.ts'],
    },
    {
      folder: 'packages/context/src/strategies',
      contract: ['history-rule.ts'],
      list: ['history-rule-for.ts', 'strategies.ts'],
    },
    { folder: 'packages/gateway/src/answer/taps', contract: [], list: [] },
    {
      folder: 'packages/gateway/src/policies',
      contract: ['call-allowance.ts', 'call-policy.ts'],
      list: ['call-permits.ts', 'call-policies.ts'],
    },
    {
      folder: 'packages/gateway/src/providers',
      contract: ['bearer-request.ts', 'provider-runtime.ts', 'provider-type.ts'],
      list: ['provider-types.ts'],
    },
    { folder: 'packages/gateway/src/routing/strategies', contract: [], list: [] },
    {
      folder: 'packages/gateway/src/surfaces',
      contract: ['surface.ts'],
      list: ['router.ts', 'surfaces.ts'],
    },
    { folder: 'packages/kube-core/src/cel/libraries', contract: [], list: [] },
    {
      folder: 'packages/llm/src/dialects',
      contract: ['dialect.ts', 'passage.ts'],
      list: ['dialects.ts'],
    },
    { folder: 'packages/llm/src/operations', contract: [], list: [] },
    { folder: 'tools/tidy/fixtures', contract: [], list: [] },
    { folder: 'tools/tidy/rules', contract: [], list: [] },
  ],
  pure: [
    'packages/snapshot/src',
    'packages/kube-core/src',
    'packages/llm/src',
    'packages/api/src',
    'packages/config/src',
    'packages/context/src/plan',
    'packages/context/src/strategies',
    'packages/context/src/turns',
    'packages/gateway/src/routing',
  ],
  impure: {
    'packages/api/src/generate-crds.ts': 'a program that writes the CRD files',
  },
  clocks: {
    'packages/base/src/clock.ts': 'the one Clock',
    'packages/base/src/random.ts': 'the one source of random numbers',
  },
  testTimers: {
    'test/support/command.ts': 'kills a process that misses its deadline',
    'test/support/fairlead-process.ts': 'kills a process that misses its deadline',
    'test/support/wait-for.ts': 'polls a condition until a deadline',
  },
  moduleState: {
    'packages/apiserver/src/resources/decode-object.ts#metadataValidator':
      'a memo: compiles each pattern of one constant schema once',
    'packages/config/src/kinds/prompt-template/prompt-template.ts#schemas':
      'a memo: the same schema always gets the same verdict',
    'packages/config/src/kinds/routing-policy/merge-routes.ts#ranksByRoutes':
      'a memo: the same routes, which are frozen, always have the same ranks',
    'packages/kube-core/src/apply/field-type.ts#objectTypes':
      'a memo: the same schema always has the same types',
    'packages/kube-core/src/apply/field-set.ts#empty': 'a value: a FieldSet never changes',
  },
  unusedExports: {
    'tools/test-programs.ts#default': 'run by vitest.config.ts as globalSetup',
  },
}
