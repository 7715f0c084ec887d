import type { CommandDeclaration } from './declaration.ts'

export const completion: CommandDeclaration = {
  name: 'completion',
  summary: 'print a script that completes command lines in bash, zsh or fish',
  usage: ['completion bash|zsh|fish'],
  takesWords: true,
  firstWords: ['bash', 'zsh', 'fish'],
  flags: [],
  examples: [
    { does: 'In this bash', line: 'source <(fairlead completion bash)' },
    { does: 'In this zsh', line: 'source <(fairlead completion zsh)' },
    { does: 'In this fish', line: 'fairlead completion fish | source' },
  ],
}
