import type { CommandDeclaration } from './declaration.ts'

export const logs: CommandDeclaration = {
  name: 'logs',
  summary: 'print a log of JSON lines for people',
  usage: ['logs [FILE]'],
  about:
    'Reads standard input without FILE. Lines that are none of Fairlead stay as they are. On a terminal the other commands log like this by themselves: --log-format says how.',
  takesWords: true,
  firstWords: 'file',
  flags: [],
  examples: [
    {
      does: 'Of a gateway in a cluster',
      line: 'kubectl logs -f deploy/main-gateway | fairlead logs',
    },
    { does: 'Of a file', line: 'fairlead logs fairlead.log' },
  ],
}
