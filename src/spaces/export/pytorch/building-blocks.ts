/** Modules that generated networks are built from, as Python source. Each has the layers that `anatomy.ts` counts. */

export const BUILDING_BLOCKS: Readonly<Record<string, string>> = {
  Zero: `class Zero(nn.Module):
    """No connection: zeros in the shape that an operator would have given."""

    def __init__(self, channels_out, stride=1):
        super().__init__()
        self.channels_out, self.stride = channels_out, stride

    def forward(self, x):
        n, _, height, width = x.shape
        side = lambda s: (s + self.stride - 1) // self.stride
        return x.new_zeros(n, self.channels_out, side(height), side(width))`,

  ConvBN: `class ConvBN(nn.Sequential):
    def __init__(self, channels_in, channels_out, kernel=1, stride=1, groups=1, dilation=1):
        height, width = kernel if isinstance(kernel, tuple) else (kernel, kernel)
        padding = (dilation * (height - 1) // 2, dilation * (width - 1) // 2)
        super().__init__(
            nn.Conv2d(channels_in, channels_out, (height, width), stride, padding, dilation, groups, bias=False),
            nn.BatchNorm2d(channels_out),
        )`,

  ConvBNReLU: `class ConvBNReLU(nn.Sequential):
    def __init__(self, channels_in, channels_out, kernel=1, stride=1, groups=1, dilation=1):
        super().__init__(ConvBN(channels_in, channels_out, kernel, stride, groups, dilation), nn.ReLU())`,

  ReLUConvBN: `class ReLUConvBN(nn.Sequential):
    def __init__(self, channels_in, channels_out, kernel=1, stride=1, groups=1, dilation=1):
        super().__init__(nn.ReLU(), ConvBN(channels_in, channels_out, kernel, stride, groups, dilation))`,

  AsymmetricConv: `class AsymmetricConv(nn.Sequential):
    """a by b, then b by a."""

    def __init__(self, channels_in, channels_out, a, b, stride=1):
        super().__init__(
            nn.ReLU(),
            nn.Conv2d(channels_in, channels_out, (a, b), (1, stride), (a // 2, b // 2), bias=False),
            nn.Conv2d(channels_out, channels_out, (b, a), (stride, 1), (b // 2, a // 2), bias=False),
            nn.BatchNorm2d(channels_out),
        )`,

  DepthwisePointwise: `class DepthwisePointwise(nn.Sequential):
    def __init__(self, channels_in, channels_out, kernel, stride=1, dilation=1):
        padding = dilation * (kernel - 1) // 2
        super().__init__(
            nn.ReLU(),
            nn.Conv2d(channels_in, channels_in, kernel, stride, padding, dilation, channels_in, bias=False),
            nn.Conv2d(channels_in, channels_out, 1, bias=False),
            nn.BatchNorm2d(channels_out),
        )`,

  SeparableConv: `class SeparableConv(nn.Sequential):
    def __init__(self, channels_in, channels_out, kernel, stride=1):
        super().__init__(
            DepthwisePointwise(channels_in, channels_in, kernel, stride),
            DepthwisePointwise(channels_in, channels_out, kernel),
        )`,

  FactorizedReduction: `class FactorizedReduction(nn.Module):
    """Halves the map: two 1 by 1 convolutions, the second one pixel further."""

    def __init__(self, channels_in, channels_out):
        super().__init__()
        self.first = nn.Conv2d(channels_in, channels_out // 2, 1, 2, bias=False)
        self.second = nn.Conv2d(channels_in, channels_out - channels_out // 2, 1, 2, bias=False)
        self.norm = nn.BatchNorm2d(channels_out)

    def forward(self, x):
        x = F.relu(x)
        shifted = F.pad(x, (0, 1, 0, 1))[:, :, 1:, 1:]
        return self.norm(torch.cat([self.first(x), self.second(shifted)], 1))`,

  SqueezeExcitation: `class SqueezeExcitation(nn.Module):
    def __init__(self, channels, squeezed):
        super().__init__()
        self.squeeze, self.excite = nn.Linear(channels, squeezed), nn.Linear(squeezed, channels)

    def forward(self, x):
        gate = torch.sigmoid(self.excite(F.relu(self.squeeze(x.mean((2, 3))))))
        return x * gate[:, :, None, None]`,

  InvertedBottleneck: `class InvertedBottleneck(nn.Module):
    def __init__(self, channels_in, channels_out, kernel, stride=1, expansion=6, squeeze=False):
        super().__init__()
        hidden = int(channels_in * expansion + 0.5)
        layers = [] if expansion == 1 else [ConvBN(channels_in, hidden), nn.ReLU6()]
        layers += [ConvBN(hidden, hidden, kernel, stride, groups=hidden), nn.ReLU6()]
        if squeeze:
            layers.append(SqueezeExcitation(hidden, max(1, int(channels_in / 4 + 0.5))))
        self.layers = nn.Sequential(*layers, ConvBN(hidden, channels_out))
        self.residual = stride == 1 and channels_in == channels_out

    def forward(self, x):
        return x + self.layers(x) if self.residual else self.layers(x)`,

  ResidualBlock: `class ResidualBlock(nn.Module):
    def __init__(self, channels_in, channels_out, layers, stride=1):
        super().__init__()
        self.layers = layers
        same = stride == 1 and channels_in == channels_out
        self.shortcut = nn.Identity() if same else ConvBN(channels_in, channels_out, 1, stride)

    def forward(self, x):
        return F.relu(self.shortcut(x) + self.layers(x))`,

  BasicBlock: `class BasicBlock(ResidualBlock):
    def __init__(self, channels_in, channels_out, kernel, stride=1, groups=1):
        super().__init__(channels_in, channels_out, nn.Sequential(
            ConvBNReLU(channels_in, channels_out, kernel, stride, groups),
            ConvBN(channels_out, channels_out, kernel, groups=groups),
        ), stride)`,

  BottleneckBlock: `class BottleneckBlock(ResidualBlock):
    def __init__(self, channels_in, channels_out, kernel, stride=1, groups=1, expansion=4):
        hidden = max(1, int(channels_out / expansion + 0.5))
        super().__init__(channels_in, channels_out, nn.Sequential(
            ConvBNReLU(channels_in, hidden),
            ConvBNReLU(hidden, hidden, kernel, stride, min(groups, hidden)),
            ConvBN(hidden, channels_out),
        ), stride)`,

  SelfAttention: `class SelfAttention(nn.Module):
    """Multi-head self-attention between the pixels of the map."""

    def __init__(self, channels_in, channels_out):
        super().__init__()
        self.heads = next(h for h in (8, 4, 2, 1) if channels_in % h == 0)
        self.qkv = nn.Conv2d(channels_in, 3 * channels_in, 1, bias=False)
        self.project = nn.Conv2d(channels_in, channels_out, 1, bias=False)

    def forward(self, x):
        n, c, height, width = x.shape
        q, k, v = self.qkv(x).reshape(n, 3, self.heads, c // self.heads, height * width).unbind(1)
        weights = torch.softmax(q.transpose(2, 3) @ k / (c // self.heads) ** 0.5, -1)
        return self.project((v @ weights.transpose(2, 3)).reshape(n, c, height, width))`,

  FeedForward: `class FeedForward(nn.Sequential):
    def __init__(self, channels_in, channels_out, expansion=4):
        hidden = int(channels_in * expansion + 0.5)
        super().__init__(
            nn.Conv2d(channels_in, hidden, 1, bias=False), nn.GELU(),
            nn.Conv2d(hidden, channels_out, 1, bias=False),
        )`,

  Classifier: `class Classifier(nn.Module):
    """Mean over the map, then a linear layer."""

    def __init__(self, channels, classes):
        super().__init__()
        self.linear = nn.Linear(channels, classes)

    def forward(self, x):
        return self.linear(x.mean((2, 3)))`,
};

/** The blocks that a source uses, and those that they use, in the order in which they are defined. */
export function blocksUsed(source: string): string[] {
  const used = new Set<string>();
  const visit = (text: string): void => {
    for (const [name, block] of Object.entries(BUILDING_BLOCKS)) {
      if (used.has(name) || !new RegExp(`\\b${name}\\b`).test(text)) continue;
      used.add(name);
      visit(block);
    }
  };
  visit(source);
  return Object.entries(BUILDING_BLOCKS).flatMap(([name, block]) => (used.has(name) ? [block] : []));
}
