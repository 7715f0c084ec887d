import type { CommandDeclaration } from './declaration.ts'
import { adminURL, dataDirOfRunning, kubeconfigOrRunning, output } from './shared-flags.ts'

export const prompt: CommandDeclaration = {
  name: 'prompt',
  summary: 'what versions of a prompt have come to, compared',
  usage: ['prompt compare PROMPT [--baseline VERSION] [flags]'],
  about:
    "PROMPT is NAME or NS/NAME of a PromptTemplate, whose PromptEvaluations follow. Its versions are compared with the baseline by failed calls (two-proportion z-test, Fisher's where they are rare), and by duration and ratings (Welch's t-test). A difference is told only where chance alone would make it in fewer than 5 of 100 comparisons.",
  takesWords: true,
  firstWords: ['compare'],
  flags: [
    {
      name: 'namespace',
      value: 'NS',
      description: 'namespace of a PROMPT without one',
      default: 'default',
    },
    {
      name: 'baseline',
      value: 'VERSION',
      description: 'the version that the others are compared with',
      default: 'the one of most calls',
    },
    {
      name: 'from',
      value: 'DAY',
      description: 'first day in UTC, such as 2026-01-31',
      default: '30 days up to --to',
    },
    { name: 'to', value: 'DAY', description: 'last day in UTC', default: 'today' },
    {
      ...kubeconfigOrRunning,
      default: 'that of the data directory; without it evaluations are not shown',
    },
    adminURL,
    dataDirOfRunning,
    output,
  ],
  examples: [
    {
      does: 'Against the version in production',
      line: 'fairlead prompt compare greet --baseline 1',
    },
  ],
}
