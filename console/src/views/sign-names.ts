/** The names of the signs that stand beside words. Each has its own shape. */
export type SignName =
  | 'check'
  | 'cross'
  | 'dash'
  | 'stop'
  | 'ring'
  | 'half'
  | 'pause'
  | 'clock'
  | 'tray'
  | 'warning';

export type Tone = 'good' | 'bad' | 'warn' | 'idle';
