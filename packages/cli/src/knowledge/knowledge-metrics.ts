import type { ReportedKnowledge } from '@fairlead/gateway'
import { Counter, Gauge, type Registry } from 'prom-client'

type Figures = NonNullable<ReportedKnowledge['sources']>[number]

const gauges: readonly {
  readonly name: string
  readonly help: string
  readonly of: (source: Figures) => number | undefined
}[] = [
  { name: 'documents', help: 'Documents that are indexed.', of: (source) => source.documents },
  { name: 'passages', help: 'Passages that these are cut into.', of: (source) => source.passages },
  { name: 'bytes', help: 'Bytes of the texts that are indexed.', of: (source) => source.bytes },
  {
    name: 'failures',
    help: 'Documents that the last refresh could not read or index.',
    of: (source) => source.failures,
  },
  {
    name: 'last_success_timestamp_seconds',
    help: 'When the source was last read without a failure.',
    of: ({ lastSuccessMs }) => (lastSuccessMs === undefined ? undefined : lastSuccessMs / 1000),
  },
]

/** What is told of the sources of knowledge bases. Values of labels come from the configuration. */
export class KnowledgeMetrics {
  readonly #refreshes: Counter<'base' | 'source' | 'outcome'>

  constructor(registry: Registry, reports: () => readonly ReportedKnowledge[]) {
    this.#refreshes = new Counter({
      name: 'fairlead_knowledge_refreshes_total',
      help: 'Refreshes of the sources of knowledge bases by what came of them: read or failed.',
      labelNames: ['base', 'source', 'outcome'],
      registers: [registry],
    })
    for (const { help, name, of } of gauges) {
      registry.registerMetric(
        new Gauge({
          name: `fairlead_knowledge_${name}`,
          help,
          labelNames: ['base', 'source'],
          registers: [],
          collect() {
            this.reset()
            for (const { base, sources = [] } of reports()) {
              for (const source of sources) {
                const value = of(source)
                if (value !== undefined) this.set({ base, source: source.name }, value)
              }
            }
          },
        }),
      )
    }
  }

  countRefresh(base: string, source: string, { hasFailed }: { readonly hasFailed: boolean }): void {
    this.#refreshes.inc({ base, source, outcome: hasFailed ? 'failed' : 'read' })
  }
}
