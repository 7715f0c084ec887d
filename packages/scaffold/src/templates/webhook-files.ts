import { kebabOf, type KindName } from '../names.ts'
import type { ProjectFile } from '../project-file.ts'
import { definitionPath } from './api-files.ts'

/** What a webhook of a kind is to do. */
interface NewWebhook extends KindName {
  readonly defaulting: boolean
  readonly validation: boolean
}

/** The function that sets up the webhooks of a kind. */
export function webhookSetup({ kind }: Pick<KindName, 'kind'>) {
  return { name: `setup${kind}Webhook`, module: `./${kebabOf(kind)}-webhook.ts` }
}

/** The admission webhooks of a kind, and the test of that. */
export function webhookFiles(webhook: NewWebhook): readonly ProjectFile[] {
  const { kind, defaulting, validation } = webhook
  const { name, module } = webhookSetup(webhook)
  const from = definitionPath(webhook).replace('src/', './')
  const defaults = `
    .defaults((object) => object)`
  const validates = `
    .validates({
      create: () => ({ warnings: [], errors: [] }),
      update: () => ({ warnings: [], errors: [] }),
    })`
  return [
    {
      path: module.replace('./', 'src/'),
      text: `import { type Manager, webhookBuilder } from '@fairlead/controller-runtime'
import { ${kind} } from '${from}'

/** What the API server asks before it stores a ${kind}. */
export function ${name}(manager: Manager): void {
  webhookBuilder(manager)
    .for(${kind})${defaulting ? defaults : ''}${validation ? validates : ''}
    .build()
}
`,
    },
  ]
}
