import type { ProjectFile } from '../project-file.ts'

/** What a project is made of. */
interface NewProject {
  readonly name: string
  /** What the groups of its kinds end with. */
  readonly domain: string
  /** The version of Fairlead's packages. */
  readonly fairlead: string
}

/** The files of a project without kinds. */
export function initFiles(project: NewProject): readonly ProjectFile[] {
  return [
    { path: 'package.json', text: packageJson(project) },
    { path: 'tsconfig.json', text: `${JSON.stringify(tsconfig, null, 2)}\n` },
    { path: 'src/main.ts', text: main(project) },
    { path: 'src/operator.ts', text: operator },
    { path: 'Containerfile', text: containerfile },
    { path: '.gitignore', text: 'node_modules/\n' },
    { path: '.containerignore', text: 'node_modules/\nmanifests/\nchart/\n' },
    { path: 'README.md', text: readme(project) },
  ]
}

function packageJson({ name, domain, fairlead }: NewProject): string {
  const ours = `^${fairlead}`
  const manifest = {
    name,
    version: '0.1.0',
    private: true,
    type: 'module',
    engines: { node: '>=24' },
    scripts: {
      start: 'node src/main.ts',
      test: 'node --test "src/**/*.test.ts"',
      check: 'tsc',
      manifests: 'fairlead operator manifests',
    },
    fairlead: { domain },
    dependencies: {
      '@fairlead/controller-runtime': ours,
      '@fairlead/kube-core': ours,
      '@fairlead/kube-types': ours,
    },
    devDependencies: {
      '@fairlead/apiserver': ours,
      '@fairlead/base': ours,
      '@types/node': '>=24',
      fairlead: ours,
      typescript: '>=5.8',
    },
  }
  return `${JSON.stringify(manifest, null, 2)}\n`
}

/** Node.js runs the sources as they are: no syntax but types that it can strip. */
const tsconfig = {
  compilerOptions: {
    target: 'es2024',
    lib: ['es2024', 'esnext.disposable'],
    module: 'nodenext',
    types: ['node'],
    strict: true,
    noUncheckedIndexedAccess: true,
    verbatimModuleSyntax: true,
    erasableSyntaxOnly: true,
    allowImportingTsExtensions: true,
    skipLibCheck: true,
    noEmit: true,
  },
  include: ['src'],
}

function main({ name }: NewProject): string {
  return `import { runOperator } from '@fairlead/controller-runtime'
import { setup } from './operator.ts'

await runOperator({ name: '${name}', setup })
`
}

const operator = `import type { Manager } from '@fairlead/controller-runtime'

/** Declares what this operator runs: for the program, for tests and for the manifests. */
export function setup(manager: Manager): void {
  void manager
}
`

const containerfile = `FROM node:24-bookworm-slim AS dependencies
WORKDIR /operator
COPY package.json package-lock.json ./
RUN npm ci --omit=dev

FROM gcr.io/distroless/nodejs24-debian12:nonroot
WORKDIR /operator
COPY --from=dependencies /operator/node_modules node_modules
COPY package.json ./
COPY src src
USER 65532
ENTRYPOINT ["/nodejs/bin/node", "src/main.ts"]
`

function readme({ name }: NewProject): string {
  return `# ${name}

A Kubernetes operator in TypeScript, built with [@fairlead/controller-runtime](https://www.npmjs.com/package/@fairlead/controller-runtime).

\`\`\`sh
npm install
npm test               # against an API server in the test's process
npm run check          # types
npm run manifests      # CRDs, permissions, Deployment and chart, from src/operator.ts
npm start              # runs it against the cluster of your kubeconfig
\`\`\`

\`src/operator.ts\` declares what runs, \`src/api/\` the kinds. \`npx fairlead operator create api\` adds a kind or a version of one, \`npx fairlead operator create webhook\` defaults, validation or conversion.

Deploy it with an image that you have built from the \`Containerfile\` and pushed; \`"fairlead": { "image": … }\` in \`package.json\` names it, the version of the project is its tag:

\`\`\`sh
kubectl apply --server-side -k manifests
\`\`\`

or with \`helm install ${name} chart --namespace ${name}-system --create-namespace\`.
`
}
