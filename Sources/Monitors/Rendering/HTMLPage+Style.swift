extension HTMLPage {
    /// The page's whole style, plots included. Colours are named once for light and once for dark; print is light.
    ///
    /// The lines' colours are those of Okabe and Ito ("Color Universal Design", 2008), darkened or lightened until they
    /// stand out from the paper; line styles differ too. The heat map's get darker (on dark paper lighter) with every
    /// step, and those of neighbouring parts of a bar differ in lightness, so that both can be told apart in grey.
    static let style = """
        :root{color-scheme:light dark;\(light)}
        @media (prefers-color-scheme:dark){:root{\(dark)}}
        @media print{:root{color-scheme:light;\(light)}}
        *{box-sizing:border-box}
        body{margin:0 auto;padding:24px 20px;max-width:1040px;background:var(--paper);color:var(--ink);\
        font:15px/1.5 system-ui,-apple-system,"Segoe UI","DejaVu Sans",sans-serif}
        h1{font-size:26px;line-height:1.2;margin:0 0 10px}h1 .period{color:var(--dim);font-weight:400}
        h2{font-size:20px;line-height:1.3;margin:36px 0 8px;padding-top:12px;border-top:1px solid var(--rule)}
        p{margin:0 0 12px;max-width:75ch}.lead{color:var(--dim)}
        .replay{border:2px solid var(--warning);border-radius:6px;padding:8px 12px;font-weight:600;max-width:none}
        a{color:var(--link)}nav ul{list-style:none;margin:0;padding:0;display:flex;flex-wrap:wrap;gap:4px 18px}
        .figures{display:grid;grid-template-columns:repeat(auto-fill,minmax(190px,1fr));gap:10px;margin:12px 0 18px}
        .figures div{border:1px solid var(--rule);border-left:4px solid var(--rule);border-radius:6px;\
        padding:8px 12px;background:var(--tint);overflow-wrap:anywhere}
        .figures dt{color:var(--dim);font-size:13px}.figures dd{margin:0}.figures .note{color:var(--dim);font-size:13px}
        .value{font-size:21px;font-weight:600;font-variant-numeric:tabular-nums}.unit{color:var(--dim)}
        .state{font-size:12px;font-weight:600;border:1px solid;border-radius:9px;padding:1px 7px;white-space:nowrap}
        .figures .ok{border-left-color:var(--ok)}.ok .state{color:var(--ok)}
        .figures .warning{border-left-color:var(--warning)}.warning .state{color:var(--warning)}
        .figures .bad{border-left-color:var(--bad)}.bad .state{color:var(--bad)}
        .figures .unknown{border-left-style:dashed}.unknown .value{color:var(--dim)}
        .scroll{overflow-x:auto;margin:12px 0 18px}
        table{border-collapse:collapse;font-size:14px;font-variant-numeric:tabular-nums}
        caption{text-align:left;font-weight:600;padding-bottom:4px}
        th,td{padding:3px 14px 3px 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--rule)}
        th{font-weight:400}thead th{font-weight:600;vertical-align:bottom}.n,.x{white-space:nowrap}.n{text-align:right}
        td.ok,th.ok{color:var(--ok)}td.warning,th.warning{color:var(--warning)}
        td.bad,th.bad{color:var(--bad);font-weight:600}td.unknown,th.unknown{color:var(--dim);font-style:italic}
        td.warning::before,th.warning::before{content:"\\25B2\\A0"}td.bad::before,th.bad::before{content:"\\2715\\A0"}
        figure{margin:18px 0 24px}figcaption{font-weight:600;margin-bottom:4px}.plot{overflow-x:auto}
        svg{display:block;width:100%;min-width:640px;height:auto}
        .notes{margin:6px 0;padding:0;list-style:none;display:flex;flex-wrap:wrap;gap:2px 22px;font-size:13px;\
        color:var(--dim)}
        details{font-size:14px}summary{cursor:pointer;color:var(--link)}
        footer{margin-top:36px;border-top:1px solid var(--rule);padding-top:10px;color:var(--dim);font-size:13px}
        \(plots)
        @media screen and (max-width:700px){td:last-child:not(.n,.x){min-width:24ch}}
        @media print{@page{margin:14mm}body{padding:0;max-width:none;font-size:11pt}nav,details{display:none}
        h2,figcaption,caption{break-after:avoid}table:not(:has(tr:nth-child(15))){break-inside:avoid}\
        figure,.figures div,tr{break-inside:avoid}
        .scroll,.plot{overflow:visible}svg{min-width:0;max-height:235mm}}

        """

    private static let plots = """
        svg text{font-size:12px;fill:var(--ink)}svg .minor{fill:var(--dim);\
        paint-order:stroke;stroke:var(--paper);stroke-width:4px;stroke-linejoin:round}
        .grid,.axis,.event,.leader,.target,.line,.dots,.zero,.hatch{fill:none}
        .grid{stroke:var(--rule)}.axis{stroke:var(--dim)}
        .target{stroke:var(--bad);stroke-width:1.3}.leader{stroke:var(--dim);stroke-width:.7}
        .event{stroke:var(--dim);stroke-dasharray:2 3}.band{fill:var(--s0);fill-opacity:.17}
        .stage0{fill:var(--tint)}.stage1{fill:var(--tint2)}
        .line{stroke-width:2;stroke-linejoin:round;stroke-linecap:butt}.line.dense{stroke-width:1.4}\
        .dots{stroke-width:6;stroke-linecap:round}
        .s0{stroke:var(--s0)}.s1{stroke:var(--s1)}.s2{stroke:var(--s2)}
        .s3{stroke:var(--s3)}.s4{stroke:var(--s4)}.s5{stroke:var(--s5)}
        .line.s1{stroke-dasharray:9 4}.line.s2{stroke-dasharray:2 3}.line.s3{stroke-dasharray:10 3 2 3}
        .line.s4{stroke-dasharray:18 4}.line.s5{stroke-dasharray:12 3 2 3 2 3}
        .bar{stroke:var(--paper);stroke-width:.6}.bar.dense{stroke:none}\
        .b0{fill:var(--b0)}.b1{fill:var(--b1)}.b2{fill:var(--b2)}
        .b3{fill:var(--b3)}.b4{fill:var(--b4)}.b5{fill:var(--b5)}
        .zero{stroke:var(--ink);stroke-width:3}.hatch{stroke:var(--dim);stroke-width:1.6}
        svg path.unknown{stroke:var(--rule);stroke-width:.6}
        .cell{stroke:var(--paper);stroke-width:.6}.frame{fill:none;stroke:var(--rule)}
        .h0{fill:var(--h0)}.h1{fill:var(--h1)}.h2{fill:var(--h2)}.h3{fill:var(--h3)}\
        .h4{fill:var(--h4)}.h5{fill:var(--h5)}
        """

    private static let light = """
        --paper:#fff;--ink:#1b1f24;--dim:#59636e;--rule:#d5dbe1;--tint:#f4f6f8;--tint2:#e9edf1;--link:#0a5ca8;\
        --ok:#0b6b3a;--warning:#8a5a00;--bad:#b3261e;\
        --s0:#0072b2;--s1:#c24e00;--s2:#00795a;--s3:#9c3f80;--s4:#806000;--s5:#444c56;\
        --b0:#0072b2;--b1:#efbf6a;--b2:#0d4034;--b3:#cf86b4;--b4:#b9def3;--b5:#6b4a2b;\
        --h0:#e4f2ec;--h1:#f0d079;--h2:#f1b05c;--h3:#de7040;--h4:#a82f2c;--h5:#4c0d18
        """

    private static let dark = """
        --paper:#14181d;--ink:#e3e8ee;--dim:#9aa6b2;--rule:#343c46;--tint:#1c2229;--tint2:#242b34;--link:#79b8ff;\
        --ok:#5cc98b;--warning:#e0ab3c;--bad:#ff8076;\
        --s0:#56b4e9;--s1:#ff9350;--s2:#2fc79a;--s3:#e29ac6;--s4:#e3c04a;--s5:#b4bec9;\
        --b0:#3d9ad6;--b1:#f5cf87;--b2:#1f6b55;--b3:#e29ac6;--b4:#d5efff;--b5:#8a6a4a;\
        --h0:#1f3a33;--h1:#5a4f1c;--h2:#946a1e;--h3:#d2863a;--h4:#ffb98a;--h5:#fff0e4
        """
}
